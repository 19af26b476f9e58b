/**
 * The options of calls and their results, as types. The public modules export them.
 */
import type { NextPage, Omitted, Shape } from "./shapeOptions.ts"

/**
 * Which thread makes the text of a value at or above `syncThreshold`.
 *
 * **Details**
 *
 * - `"adaptive"`: what takes less of the calling thread's time, as measured while the program runs. No call waits for a thread to
 *   start: until one is ready the calling thread does all, in slices, and one is started beside it when there is work for it.
 * - `"worker"`: worker threads, whatever it costs. The first call waits for the first thread.
 * - `"sliced"`: the calling thread, in slices, never a worker thread.
 * - `"sync"`: plain `JSON.stringify`, at any size.
 *
 * @category models
 * @since 0.1.0
 */
export type Routing = "adaptive" | "worker" | "sliced" | "sync"

/**
 * How a call went: `"sync"` plain `JSON.stringify`; `"sliced"` in slices on the calling thread; `"worker"` all or some of it on
 * worker threads; `"fallback"` a worker thread failed, and the calling thread took over.
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
   * The longest text allowed: UTF-16 code units for text, bytes for bytes and streams. A whole number from 0 up, or
   * `Infinity`, which is the default.
   */
  readonly maxSize?: number | undefined
  /**
   * The most tokens that the text may come to, for a model: a whole number from 0 up, or `Infinity`, which counts and limits nothing.
   * Beside `maxSize` both hold. Default: tokens are not counted.
   */
  readonly maxTokens?: number | undefined
  /** The model whose tokens `maxTokens` counts. Default: that of the `Tokens` in use. */
  readonly model?: string | undefined
  /**
   * What happens over `maxSize` or `maxTokens`: `false`, the default, fails with `SizeLimitExceeded`; `true` shortens the text, which
   * stays valid JSON; a {@link Shape} shows something of everything instead of the beginning.
   */
  readonly truncate?: boolean | Shape | undefined
  /** Overrides the layer's `routing` for this call. */
  readonly routing?: Routing | undefined
  /**
   * Who calls, like `"GET /report"`: the metrics tell how long the calls of each label held the event loop. The first hundred
   * labels of a layer are counted, those that come later together as `"other"`; so no ids in it.
   */
  readonly label?: string | undefined
  /**
   * What the rollout goes by, the id of a user for example: calls with the same key are in it, or not, together. Default: by
   * chance.
   */
  readonly rolloutKey?: string | undefined
}

/**
 * What is known of a stream when its last chunk is out.
 *
 * @category models
 * @since 0.1.0
 */
export interface StreamSummary {
  readonly truncated: boolean
  readonly path: SerializationPath
  /** The length of all chunks together. */
  readonly bytes: number
  /** The tokens of the text. Set where they were counted: with `maxTokens`, unless the bytes alone show that it fits. */
  readonly tokens?: number
  /** Whether that is what the model's own tokenizer gives. Set with `tokens`. */
  readonly tokensExact?: boolean
  /** The first hundred places of which something was left out, in the order of the text. Set where `truncate` is a `Shape`. */
  readonly omitted?: ReadonlyArray<Omitted>
  /** How many such places there are. Set where `truncate` is a `Shape`. */
  readonly omittedCount?: number
  /** Where the text goes on, to be given back as `at` and `from`. Set where `truncate` is a `Shape` and the outermost value was cut. */
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
   * Called once, after the last chunk was taken. Not called if the stream fails or is stopped early. What it throws is a defect
   * of the stream; so is what its promise is rejected with, if it gives one, and the stream ends when that is settled.
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
  /** The text. */
  readonly serialized: string
  /** Whether it was shortened to `maxSize`. */
  readonly truncated: boolean
  /** How the call went. */
  readonly path: SerializationPath
  /** The tokens of the text. Set where they were counted: with `maxTokens`, unless the bytes alone show that it fits. */
  readonly tokens?: number
  /** Whether that is what the model's own tokenizer gives. Set with `tokens`. */
  readonly tokensExact?: boolean
  /** The first hundred places of which something was left out, in the order of the text. Set where `truncate` is a `Shape`. */
  readonly omitted?: ReadonlyArray<Omitted>
  /** How many such places there are. Set where `truncate` is a `Shape`. */
  readonly omittedCount?: number
  /** Where the text goes on, to be given back as `at` and `from`. Set where `truncate` is a `Shape` and the outermost value was cut. */
  readonly next?: NextPage
}

/**
 * What `serializeToBytes` gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface SerializedBytes {
  /** The text in UTF-8. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Whether it was shortened to `maxSize`. */
  readonly truncated: boolean
  /** How the call went. */
  readonly path: SerializationPath
  /** The tokens of the text. Set where they were counted: with `maxTokens`, unless the bytes alone show that it fits. */
  readonly tokens?: number
  /** Whether that is what the model's own tokenizer gives. Set with `tokens`. */
  readonly tokensExact?: boolean
  /** The first hundred places of which something was left out, in the order of the text. Set where `truncate` is a `Shape`. */
  readonly omitted?: ReadonlyArray<Omitted>
  /** How many such places there are. Set where `truncate` is a `Shape`. */
  readonly omittedCount?: number
  /** Where the text goes on, to be given back as `at` and `from`. Set where `truncate` is a `Shape` and the outermost value was cut. */
  readonly next?: NextPage
}
