/**
 * The options of calls and layers, as types. The public modules export them.
 *
 * They stand together because the checks in `options/validate.ts` need them all, and the public modules need the checks.
 */
import type * as Duration from "effect/Duration"
import type * as SubscriptionRef from "effect/SubscriptionRef"
import type { ResourceLimits } from "node:worker_threads"

/**
 * Which thread makes the text of a value at or above `syncThreshold`.
 *
 * **Details**
 *
 * - `"adaptive"`: what takes less of the calling thread's time, as measured while the program runs; worker threads at first.
 * - `"worker"`: worker threads, whatever it costs.
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
   * What happens over `maxSize`: `false`, the default, fails with `SizeLimitExceeded`; `true` shortens the text, which stays
   * valid JSON.
   */
  readonly truncate?: boolean | undefined
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
}

/**
 * Options of one call of `stream`.
 *
 * @category models
 * @since 0.1.0
 */
export interface StreamOptions extends SerializeOptions {
  /** The largest chunk, in bytes. A whole number from 1 up. Default 65536. */
  readonly chunkSize?: number | undefined
  /** Called once, after the last chunk was taken. Not called if the stream fails or is stopped early. */
  readonly onEnd?: ((summary: StreamSummary) => void) | undefined
}

/**
 * Options of the worker pool.
 *
 * @category models
 * @since 0.1.0
 */
export interface WorkerPoolOptions {
  /**
   * The most threads that run at the same time. A whole number from 1 up. Default: half of the machine's parallelism, but at
   * least 2.
   */
  readonly maxThreads?: number | undefined
  /**
   * How many threads stay when there is nothing to do. A whole number from 0 to `maxThreads`. Default 0.
   * The pool starts none before its first task, whatever this says.
   */
  readonly minThreads?: number | undefined
  /** How long a thread over `minThreads` may be idle before it ends. Default 30 seconds. */
  readonly idleTimeout?: Duration.Input | undefined
  /**
   * How many frames may wait for a thread; one more fails with `QueueFull`. A whole number from 0 up, or `Infinity`.
   * Default 256. Frames that a thread has already been given, up to eight a thread, do not count.
   */
  readonly maxQueue?: number | undefined
  /**
   * How long a thread may take to answer. Its clock starts when the thread is given the frame. When it runs out all threads
   * are retired, for the one that hangs cannot be asked. More than zero. Default 10 seconds.
   * A thread may take as long to start, and never has less than ten seconds for it.
   */
  readonly taskTimeout?: Duration.Input | undefined
  /** How long a shutdown waits for frames in flight before it ends the threads. Default 5 seconds. */
  readonly shutdownTimeout?: Duration.Input | undefined
  /**
   * Memory limits of each thread, as `new Worker` takes them. Default: Node's own. A thread needs 16 MB of old generation to
   * start; below 8 MB is refused, since V8 may end the whole process there.
   */
  readonly resourceLimits?: ResourceLimits | undefined
  /**
   * The worker file: a `file:` URL or an absolute path. Default: `worker.js` beside this module. Needed when the program is
   * bundled, since bundlers do not see that the file is used.
   */
  readonly workerUrl?: string | URL | undefined
}

/**
 * Options of the layers.
 *
 * @category models
 * @since 0.1.0
 */
export interface LayerOptions extends WorkerPoolOptions {
  /** Tells the metrics of two layers apart. Default `"default"`. */
  readonly name?: string | undefined
  /**
   * Values whose text is estimated below this many UTF-16 code units are given to `JSON.stringify` at once. A whole number
   * from 0 up, or `Infinity`. Default 1024.
   */
  readonly syncThreshold?: number | undefined
  /** Default `"adaptive"`. */
  readonly routing?: Routing | undefined
  /**
   * Whether the calling thread takes over when a worker thread fails. Default `true`; `false` makes it an error,
   * `WorkerFailed`.
   */
  readonly fallback?: boolean | undefined
  /**
   * How long all calls together may hold the event loop in one turn. More than zero, and finite. Default 1 millisecond.
   */
  readonly turnBudget?: Duration.Input | undefined
  /**
   * The share of the calls at or above `syncThreshold` that go off the event loop, from 0 to 1; the rest stays on
   * `JSON.stringify`. A `SubscriptionRef` changes it while the program runs. Default 1, or 0 with `shadow`.
   */
  readonly rollout?: number | SubscriptionRef.SubscriptionRef<number> | undefined
  /**
   * Of the calls that the rollout leaves on `JSON.stringify`, the share that is done by the library as well, after the answer:
   * the two texts are compared, and so is for how long each holds the event loop. Values with user code in them are skipped.
   * From 0 to 1. Default 0.
   */
  readonly shadow?: number | undefined
}
