/**
 * The options and results of `Tokens`, as types. The public modules export them.
 */
import type * as Duration from "effect/Duration"
import type { ResourceLimits } from "node:worker_threads"

/** The tables there are. */
export const encodings = ["o200k_base", "o200k_harmony", "cl100k_base"] as const

/**
 * A table of tokens: `o200k_base` of the models since GPT-4o, `o200k_harmony` of `gpt-oss` (the same for texts),
 * `cl100k_base` of GPT-4, GPT-3.5 and the newer embedding models.
 *
 * @category models
 * @since 0.1.0
 */
export type Encoding = (typeof encodings)[number]

/**
 * How models are counted whose names begin with `prefix`. Of several rules the longest prefix wins.
 *
 * @category models
 * @since 0.1.0
 */
export interface ModelRule {
  readonly prefix: string
  /** The table, or `"gemini"` for the estimator's own coefficients, which need none. */
  readonly encoding: Encoding | "gemini"
  /** What counts are multiplied by. Above 0. Default 1; any other makes counts inexact. */
  readonly factor?: number | undefined
}

/**
 * Options of one count. They win over the layer's.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokensCallOptions {
  /** The model whose tokens are counted, like `"gpt-5"` or `"anthropic/claude-sonnet-4-5"`. */
  readonly model?: string | undefined
  /** The table. Wins over `model`. */
  readonly encoding?: Encoding | undefined
  /** What the count is multiplied by; rounded up. Above 0. Wins over the model's. Any but 1 makes the count inexact. */
  readonly factor?: number | undefined
}

/**
 * Options of the layer of `Tokens`.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokensOptions {
  /** The table of calls that name none. Wins over `model`. Default `"o200k_base"`. */
  readonly encoding?: Encoding | undefined
  /** The model of calls that name none. */
  readonly model?: string | undefined
  /** Rules for models, tried before those that are built in. */
  readonly models?: ReadonlyArray<ModelRule> | undefined
  /** The most threads. Each loads its own tables, 60 MB one. A whole number from 1 up. Default 1. */
  readonly threads?: number | undefined
  /** How long a thread may be idle before it ends. Default 5 minutes. */
  readonly idleTimeout?: Duration.Input | undefined
  /** How long a thread may take for a piece of 64 KiB. More than zero. Default 10 seconds. */
  readonly taskTimeout?: Duration.Input | undefined
  /** How many pieces may wait for a thread. A whole number from 0 up, or `Infinity`. Default 256. */
  readonly maxQueue?: number | undefined
  /**
   * What happens when threads fail twice: `true`, the default, estimates what they did not count; `false` fails with
   * `TokensWorkerFailed`. `encode` and `warm` have nothing to estimate, and fail in any case.
   */
  readonly fallback?: boolean | undefined
  /**
   * The worker file, with the tokenizer in it: a `file:` URL or an absolute path. Default: `worker.js` beside the
   * module. Needed when the program is bundled.
   */
  readonly workerUrl?: string | URL | undefined
  /** Memory limits of each thread, as `new Worker` takes them. Default: Node's own. */
  readonly resourceLimits?: ResourceLimits | undefined
  /** Tells the metrics of two layers apart. Default `"default"`. */
  readonly name?: string | undefined
}

/**
 * A count.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokenCount {
  readonly tokens: number
  /** Whether it is what the model's own tokenizer gives. */
  readonly exact: boolean
  /** What it was counted with. `"estimate"` also where some of it was estimated because threads failed. */
  readonly encoding: Encoding | "estimate" | "custom"
}

/**
 * What a layer of `Tokens` has done so far. Times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokensMetrics {
  /** Calls that have ended. */
  readonly calls: number
  /** Texts counted, those of `countAll` each. */
  readonly texts: number
  /** Tokens counted. */
  readonly tokens: number
  /** Bytes of UTF-8 counted. */
  readonly bytes: number
  /** Counts that were not exact. */
  readonly inexact: number
  /** Texts that were estimated, at least in part, because threads failed. */
  readonly fallbacks: number
  /** Calls that failed. */
  readonly failures: number
  /** Half of the calls took no longer. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** The longest time for which this library has held the event loop of this thread, all layers together. */
  readonly longestHold: number
  /** Threads that run. */
  readonly threads: number
}
