/**
 * One call in turns. It plans frames, routes them, takes the answers in, and gathers the text, one small step at a
 * time. `turns/resumableTask.ts` says when it does a step.
 */
import type { SerializationError } from "../../SerializationError.ts"
import { isErrorOfValue } from "../pool/classifyFailure.ts"
import { isSendable } from "../routing/cloneable.ts"
import { Defect, type Failure, type Outcome } from "../telemetry/outcome.ts"
import type { PlannedFrame } from "../frame/plannedFrame.ts"
import { encodeText } from "../frame/encodeFrame.ts"
import { FrameJoiner } from "../frame/joinFrames.ts"
import { releaseBytes } from "../frame/releaseBytes.ts"
import {
  outputTooLong,
  sizeLimitExceeded,
  unsupportedValue,
  userCodeFailed,
  workerFailed
} from "../errors/serializationErrors.ts"
import { canFillArrays } from "../value/intrinsics.ts"
import type { JobOptions } from "./jobOptions.ts"
import { startThread } from "./startThread.ts"
import { InTurns } from "../turns/resumableTask.ts"
import type { Verdict } from "../limit/sizeLimit.ts"
import type { SerializationPath } from "../options/callOptions.ts"
import { PoolUse } from "../pool/poolSession.ts"
import type { Port } from "../pool/poolClient.ts"
import type { Route } from "../routing/routeCosts.ts"
import type { FrameResult } from "../frame/frame.ts"
import type { WorkerPoolError } from "../pool/workerPoolError.ts"
import { realTimers } from "../turns/realTimers.ts"

/** Frames of one call that may be with the workers, or wait behind one that is. */
const window = 16

interface Pending {
  readonly frame: PlannedFrame
  readonly route: Route
  result: FrameResult | undefined
  error: WorkerPoolError | undefined
}

export class Job extends InTurns {
  error: Failure | undefined = undefined
  isTruncated = false
  /** Stopped by the caller. */
  isCancelled = false
  /** Frames sent to a worker thread. */
  sent = 0
  /** Frames done on the calling thread by choice. */
  sliced = 0
  private readonly options: JobOptions
  private readonly pool: PoolUse
  private readonly pending: Array<Pending> = []
  private readonly joiner: FrameJoiner
  private isBegun = false
  private isPlanned = false
  private isCut = false

  constructor(options: JobOptions) {
    super(options.budget)
    this.options = options
    this.joiner = new FrameJoiner(options.plan.gap)
    this.pool = new PoolUse(options.breaker, options.fallback, ({ reason }) =>
      options.counters.workerFailed(reason._tag)
    )
  }

  get path(): SerializationPath {
    if (this.pool.error !== undefined || this.pool.isTurnedAway) return "fallback"
    return this.sent > 0 ? "worker" : "sliced"
  }

  /** How it has ended, with the size of its result. */
  outcome(size: number): Outcome {
    const { error, held, isTruncated, longestHeld, path, waited } = this
    const frames = this.sent + this.sliced
    return { error, truncated: isTruncated, path, arm: "offloop", held, longestHeld, size, frames, waited }
  }

  /** Stops at once. Answers of frames already sent are dropped when they come. */
  cancel(): void {
    if (!this.isDone) this.isCancelled = true
    this.end()
  }

  // One step. True when there is more to do now, as in all steps below.
  protected advance(): boolean {
    if (this.isDone) return false
    const { plan, sink } = this.options
    if (!this.isBegun) return this.begin()
    // The reader of a stream wakes the call when it has taken what is there.
    if (sink.isFull && !this.isInOneGo) return false
    if (this.isCut) return this.finish()
    const first = this.pending[0]
    if (first !== undefined && (first.result !== undefined || first.error !== undefined)) return this.deliver(first)
    if (!plan.isDone && this.pending.length < window) return this.next()
    if (this.pending.length > 0) return this.waitForWorker()
    return plan.failure === undefined ? this.finish() : this.failPlanned(plan.failure)
  }

  private begin(): boolean {
    const { counters, plan, sink, visit } = this.options
    this.isBegun = true
    const beginning = visit?.()
    if (beginning === undefined) return true
    if ("visit" in beginning) plan.begin(beginning)
    else if ("text" in beginning) {
      counters.frames.sliced++
      this.sliced++
      sink.text(beginning.text)
      this.isCut = true
    } else this.endWith(beginning)
    return !this.isDone
  }

  private next(): boolean {
    const { lane, limit, output, plan, port } = this.options
    const wantsWorker =
      port !== undefined && !plan.isHidden && !this.isInOneGo && lane.wantsWorker(port.threads()) && this.pool.admits()
    if (wantsWorker && !port.isReady()) {
      return this.pending.length > 0
        ? this.waitForWorker()
        : this.waitForRoom(port.whenReady, (error) => error !== undefined && this.failWorker(error))
    }
    const size = lane.frameSize.current
    const budget = limit === undefined ? size : Math.min(size, Math.max(1024, limit.rest))
    const begin = realTimers.now()
    const frame = plan.next(budget)
    if (frame.literal !== undefined) return this.copy(frame, frame.literal)
    // Nothing was left before a failure, or the value of a fragment is not there yet.
    if (frame.isText && frame.task.tail === "") return true
    const planned = realTimers.now()
    const wanted: Route = wantsWorker ? lane.route(frame, output, port.threads()) : "sliced"
    const route: Route = wantsWorker && wanted === "worker" && isSendable(frame.task) ? "worker" : "sliced"
    if (route === "worker") this.send(frame, port!)
    else this.slice(frame)
    lane.observe(frame, output, route, realTimers.now() - planned, planned - begin)
    if (route === "sliced" && port !== undefined && !plan.isHidden) {
      startThread(port, lane.router, this.options.breaker, frame, output)
    }
    // A frame that comes after one at a worker waits here for its turn.
    const first = this.pending[0]
    return first?.frame === frame && first.result !== undefined ? this.deliver(first) : true
  }

  // Bytes that are JSON already go out as they are.
  private copy(frame: PlannedFrame, bytes: Uint8Array): boolean {
    const pending: Pending = { frame, route: "sliced", result: { text: undefined, bytes }, error: undefined }
    this.options.counters.frames.sliced++
    this.sliced++
    this.pending.push(pending)
    return this.pending[0] === pending ? this.deliver(pending) : true
  }

  private failWorker(error: WorkerPoolError): void {
    if (isErrorOfValue(error)) return
    this.pool.failed(error)
    if (!this.options.fallback) this.endWith(workerFailed(error))
  }

  private send(frame: PlannedFrame, port: Port): void {
    const pending: Pending = { frame, route: "worker", result: undefined, error: undefined }
    this.pending.push(pending)
    this.sent++
    this.options.counters.frames.worker++
    port.post(frame.task, (result, error) => {
      if (error === undefined) this.pool.answered()
      if (this.isDone || this.isCut) return releaseBytes(result)
      pending.result = result
      pending.error = error
      if (this.pending[0] === pending) this.wake()
    })
  }

  private slice(frame: PlannedFrame): void {
    const result = this.encode(frame)
    if (result === undefined) return
    this.options.counters.frames.sliced++
    this.sliced++
    this.pending.push({ frame, route: "sliced", result, error: undefined })
  }

  private encode(frame: PlannedFrame): FrameResult | undefined {
    try {
      return encodeText(frame.task)
    } catch (thrown) {
      this.endWith(this.options.diagnose(thrown))
      return undefined
    }
  }

  private deliver({ error, frame, result, route }: Pending): boolean {
    this.pending.shift()
    if (result !== undefined && (result.text !== undefined || result.bytes !== undefined)) {
      const begin = realTimers.now()
      this.take(frame, result)
      if (frame.literal === undefined) {
        this.options.lane.observeTaking(frame, this.options.output, route, realTimers.now() - begin)
      }
      return true
    }
    // An empty answer is no failure of the worker: native code refused a value. It says why when it is asked here.
    if (error !== undefined) this.failWorker(error)
    if (this.isDone) return false
    const here = this.encode(frame)
    if (here !== undefined) this.take(frame, here)
    return true
  }

  private take(frame: PlannedFrame, answer: FrameResult): void {
    const { limit, sink } = this.options
    const result = this.joiner.join(answer)
    if (limit !== undefined) this.judge(limit.frame(frame, result))
    else if (result.bytes !== undefined) sink.bytes(result.bytes)
    else sink.text(result.text!)
    if (sink.isTooLong) this.endWith(outputTooLong())
    releaseBytes(result)
  }

  private judge(verdict: Verdict): boolean {
    if (verdict === "within") return true
    const { limit } = this.options
    if (verdict === "exceeded") this.endWith(sizeLimitExceeded(limit!.maxSize, limit!.unit))
    else {
      this.isTruncated = true
      this.isCut = true
      this.drop()
    }
    return false
  }

  private failPlanned(error: SerializationError): boolean {
    const { limit } = this.options
    if (limit === undefined || this.judge(limit.beforeFailure())) this.endWith(error)
    return !this.isDone
  }

  private finish(): boolean {
    if (!this.isPlanned) {
      this.isPlanned = true
      if (this.joiner.isEmpty && !this.isCut) {
        this.endWith(unsupportedValue("", "undefined"))
        return false
      }
      if (!this.isCut) this.options.limit?.end()
      if (this.options.sink.isTooLong) {
        this.endWith(outputTooLong())
        return false
      }
    }
    if (this.options.sink.finish()) return true
    this.end()
    return false
  }

  protected crash(thrown: unknown): void {
    // Since the call began, user code may have changed `Array.prototype` so that no array can be filled.
    this.endWith(canFillArrays() ? new Defect(thrown) : userCodeFailed("", thrown))
  }

  private endWith(error: Failure): void {
    if (this.isDone) return
    this.error = error
    this.end()
  }

  private end(): void {
    if (this.isDone) return
    this.endTurns()
    this.drop()
    this.pool.end()
    this.options.onEnd()
  }

  // What was answered and nobody takes.
  private drop(): void {
    for (const { result } of this.pending) releaseBytes(result)
    this.pending.length = 0
  }
}
