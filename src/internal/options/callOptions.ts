/**
 * The options of calls and their results, as types. The public modules export them.
 */
import type { NextPage, Omitted, Shape } from "./shapeOptions.ts"

/**
 * Which thread makes the JSON of a value at or above `syncThreshold`.
 *
 * **Details**
 *
 * - `"adaptive"`: the one that takes less of the calling thread's time, as measured while the program runs. No call
 *   waits for a thread to start. Until one is ready the calling thread does everything, in slices. A thread starts
 *   beside it when there is enough work.
 * - `"worker"`: worker threads, whatever it costs. The first call waits for the first thread.
 * - `"sliced"`: the calling thread, in slices, never a worker thread.
 * - `"sync"`: plain `JSON.stringify`, at any size.
 *
 * @category models
 * @since 0.1.0
 */
export type Routing = "adaptive" | "worker" | "sliced" | "sync"

/**
 * How a call went. `"sync"`: plain `JSON.stringify`. `"sliced"`: in slices on the calling thread. `"worker"`: all or
 * some frames on worker threads. `"fallback"`: a worker thread failed, the queue of the pool was full, or the circuit
 * breaker was open, and the calling thread took over.
 *
 * @category models
 * @since 0.1.0
 */
export type SerializationPath = "sync" | "worker" | "sliced" | "fallback"

/**
 * Options of one call of `serialize` or `serializeToBytes`.
 *
 * @category models
 * @since 0.1.0
 */
export interface SerializeOptions {
  /** Indent by two spaces. Default `false`. */
  readonly pretty?: boolean | undefined
  /** The third argument of `JSON.stringify`. Wins over `pretty`. */
  readonly space?: number | string | undefined
  /** The second argument of `JSON.stringify`: a function, or the names of the properties to keep. */
  readonly replacer?: ((this: any, key: string, value: any) => any) | ReadonlyArray<string | number> | null | undefined
  /**
   * The longest output allowed: UTF-16 code units for strings, bytes for bytes and streams. A whole number from 0 up,
   * or `Infinity`, which is the default.
   */
  readonly maxSize?: number | undefined
  /**
   * The most tokens that the text may come to, for a model: a whole number from 0 up, or `Infinity`, which counts and
   * limits nothing. Beside `maxSize` both hold. Default: tokens are not counted.
   */
  readonly maxTokens?: number | undefined
  /** The model whose tokens `maxTokens` counts. Default: that of the `Tokens` in use. */
  readonly model?: string | undefined
  /**
   * What happens over `maxSize` or `maxTokens`: `false`, the default, fails with `SizeLimitExceeded`; `true` shortens
   * the text, which stays valid JSON; a {@link Shape} shows something of everything instead of the beginning.
   */
  readonly truncate?: boolean | Shape | undefined
  /** Overrides the layer's `routing` for this call. */
  readonly routing?: Routing | undefined
  /**
   * Who calls, like `"GET /report"`. The metrics show for how long the calls of each label block the event loop. A
   * layer counts its first hundred labels apart and all later ones as `"other"`, so put no ids in it.
   */
  readonly label?: string | undefined
  /**
   * What the rollout goes by, for example the id of a user. Calls with the same key are in it together, or out of it
   * together. Default: by chance.
   */
  readonly rolloutKey?: string | undefined
}

/**
 * The summary of a stream, after its last chunk.
 *
 * @category models
 * @since 0.1.0
 */
export interface StreamSummary {
  readonly truncated: boolean
  readonly path: SerializationPath
  /** The length of all chunks together. */
  readonly bytes: number
  /**
   * The tokens of the text. Set where they were counted: with `maxTokens`, unless the bytes alone show that it fits.
   */
  readonly tokens?: number
  /** Whether that is what the model's own tokenizer gives. Set with `tokens`. */
  readonly tokensExact?: boolean
  /**
   * The first hundred places of which something was left out, in the order of the text. Set where `truncate` is a
   * `Shape`.
   */
  readonly omitted?: ReadonlyArray<Omitted>
  /** How many such places there are. Set where `truncate` is a `Shape`. */
  readonly omittedCount?: number
  /**
   * Where the text goes on, to be given back as `at` and `from`. Set where `truncate` is a `Shape` and the outermost
   * value was cut.
   */
  readonly next?: NextPage
}

/**
 * Options of one call of `stream`.
 *
 * @category models
 * @since 0.1.0
 */
export interface StreamOptions extends SerializeOptions {
  /** The largest chunk, in bytes. A whole number from 1 to 16777216 (16 MiB). Default 65536. */
  readonly chunkSize?: number | undefined
  /**
   * Called once, after the last chunk was taken. Not called if the stream fails or is stopped early. What it throws is
   * a defect of the stream. If it returns a promise, the stream ends when the promise is settled, and a rejection is a
   * defect of the stream.
   */
  readonly onEnd?: ((summary: StreamSummary) => void) | undefined
}

/**
 * What `serialize` gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface SerializationResult {
  /** The JSON. */
  readonly serialized: string
  /** Whether it was shortened to `maxSize`. */
  readonly truncated: boolean
  /** How the call went. */
  readonly path: SerializationPath
  /**
   * The tokens of the text. Set where they were counted: with `maxTokens`, unless the bytes alone show that it fits.
   */
  readonly tokens?: number
  /** Whether that is what the model's own tokenizer gives. Set with `tokens`. */
  readonly tokensExact?: boolean
  /**
   * The first hundred places of which something was left out, in the order of the text. Set where `truncate` is a
   * `Shape`.
   */
  readonly omitted?: ReadonlyArray<Omitted>
  /** How many such places there are. Set where `truncate` is a `Shape`. */
  readonly omittedCount?: number
  /**
   * Where the text goes on, to be given back as `at` and `from`. Set where `truncate` is a `Shape` and the outermost
   * value was cut.
   */
  readonly next?: NextPage
}

/**
 * What `serializeToBytes` gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface SerializedBytes {
  /** The JSON in UTF-8. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Whether it was shortened to `maxSize`. */
  readonly truncated: boolean
  /** How the call went. */
  readonly path: SerializationPath
  /**
   * The tokens of the text. Set where they were counted: with `maxTokens`, unless the bytes alone show that it fits.
   */
  readonly tokens?: number
  /** Whether that is what the model's own tokenizer gives. Set with `tokens`. */
  readonly tokensExact?: boolean
  /**
   * The first hundred places of which something was left out, in the order of the text. Set where `truncate` is a
   * `Shape`.
   */
  readonly omitted?: ReadonlyArray<Omitted>
  /** How many such places there are. Set where `truncate` is a `Shape`. */
  readonly omittedCount?: number
  /**
   * Where the text goes on, to be given back as `at` and `from`. Set where `truncate` is a `Shape` and the outermost
   * value was cut.
   */
  readonly next?: NextPage
}
