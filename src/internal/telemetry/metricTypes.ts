/**
 * What a layer reports, as types. The public modules export them.
 */

/**
 * What a layer has done so far. It counts calls that have ended, failed ones included. Calls that their caller stopped
 * are only in `interrupted`. Times are in milliseconds. A *hold* is one uninterrupted time for which the event loop is
 * blocked.
 *
 * @category models
 * @since 0.1.0
 */
export interface SerializationMetrics {
  /** Calls that plain `JSON.stringify` made. */
  readonly syncPath: number
  /** Calls with frames on worker threads. */
  readonly workerPath: number
  /** Calls done in slices on the calling thread. */
  readonly slicedPath: number
  /** Calls in which the calling thread took over from the worker threads. */
  readonly fallbackPath: number
  /** Calls with at least one frame that failed on a worker thread. */
  readonly workerErrors: number
  /** `workerErrors / (workerPath + fallbackPath)`, and 0 where both are 0. */
  readonly workerFailureRate: number
  /** Calls whose output was shortened to `maxSize` or `maxTokens`. */
  readonly truncated: number
  /** Calls with a `Shape` that left something out. */
  readonly shapeCut: number
  /** Texts made and counted to find one within `maxTokens`, in calls with a `Shape` whose whole text is over it. */
  readonly shapeTries: number
  /** Calls that failed. */
  readonly failures: number
  /** Failed calls by the tag of their reason, and `Defect` for those in which a step of the library threw. */
  readonly failuresByReason: Readonly<Record<string, number>>
  /** Calls with a frame that failed on a worker thread, by the tag of the first reason. */
  readonly workerErrorsByReason: Readonly<Record<string, number>>
  /** Calls that their caller stopped. */
  readonly interrupted: number
  /** Length of all results: bytes, and UTF-16 code units of strings. */
  readonly bytes: number
  /** Frames sent to worker threads. */
  readonly workerFrames: number
  /** Frames done on the calling thread. */
  readonly slicedFrames: number
  /** Mean time from a call's beginning to its end. */
  readonly avgLatency: number
  /** Half of the calls took no longer than this. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** The longest hold by this library on this thread, all layers together. */
  readonly longestHold: number
  /** The longest delay of the event loop by anybody, where an event-loop monitor runs. */
  readonly maxEventLoopLag: number | undefined
  /** The share of calls at or above the threshold that go off the event loop. */
  readonly rollout: number
  /** The two arms of the rollout, for values at or above the threshold. `control` stays on `JSON.stringify`. */
  readonly arms: { readonly control: ArmMetrics; readonly offloop: ArmMetrics }
  /** Who blocked the event loop: calls by their `label`. */
  readonly labels: Readonly<Record<string, LabelMetrics>>
  /** What shadow mode has found, where it is on. */
  readonly shadow: ShadowMetrics | undefined
  /** The circuit breaker: `"open"` while calls leave the worker pool alone because it keeps failing. */
  readonly breaker: "closed" | "open" | "half-open"
  /**
   * What adaptive routing has measured, by kind of frame (content, size, output, and `pretty` where it is indented):
   * milliseconds of the calling thread for 1,024 code units of text on each route, and how many frames that is known
   * from.
   */
  readonly costs: Readonly<Record<string, RouteCosts>>
  /**
   * CPU contention: what a millisecond of a worker thread costs the calling thread, as measured by adaptive routing. 0
   * where there are cores enough for both, up to 1 where other programs want them too.
   */
  readonly crowding: number
}

/**
 * What frames of one kind have cost the calling thread, by route.
 *
 * @category models
 * @since 0.1.0
 */
export interface RouteCosts {
  readonly worker: number
  readonly sliced: number
  readonly workerFrames: number
  readonly slicedFrames: number
}

/**
 * What the calls of one arm of the rollout have done. Times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface ArmMetrics {
  readonly calls: number
  readonly avgLatency: number
  /** For how long they blocked the event loop, all holds together. */
  readonly holdTime: number
  /** The longest hold by one call. */
  readonly longestHold: number
}

/**
 * What the calls of one label have done. Times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface LabelMetrics {
  readonly calls: number
  /** For how long they blocked the event loop, all holds together. */
  readonly holdTime: number
  /** The longest hold by one call. */
  readonly longestHold: number
}

/**
 * What shadow mode has found.
 *
 * @category models
 * @since 0.1.0
 */
export interface ShadowMetrics {
  /**
   * How values came out: `same`, `different`, `skipped` (user code in the value, or too many at once), `changed` (by
   * the program, before the comparison was over), `failed`.
   */
  readonly outcomes: Readonly<Record<"same" | "different" | "skipped" | "changed" | "failed", number>>
  readonly labels: Readonly<Record<string, ShadowLabelMetrics>>
}

/**
 * What shadow mode has found for the calls of one label. Times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface ShadowLabelMetrics {
  readonly compared: number
  readonly differences: number
  /** JSON Pointer of the first difference. */
  readonly firstDifference: string | undefined
  /** The longest hold by `JSON.stringify`. */
  readonly nativeHold: number
  /** The longest hold that the library would have caused. */
  readonly libraryHold: number
}
