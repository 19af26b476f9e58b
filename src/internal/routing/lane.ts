/**
 * The way of the frames of calls with one `routing`: a router decides by its measurements, or all go the same way.
 */
import type { PlannedFrame } from "../frame/plannedFrame.ts"
import type { OutputKind } from "../output/output.ts"
import { realTimers } from "../turns/realTimers.ts"
import { type Crowding, crowding } from "./cpuContention.ts"
import { FrameSize } from "./frameSize.ts"
import type { Route } from "./routeCosts.ts"
import type { Router, Sample } from "./router.ts"

export class Lane {
  readonly frameSize = new FrameSize()
  /** Undefined if all frames that may leave the calling thread do so. */
  readonly router: Router | undefined

  private readonly cores: Pick<Crowding, "observe">

  constructor(router?: Router, cores: Pick<Crowding, "observe"> = crowding) {
    this.router = router
    this.cores = cores
  }

  /**
   * Whether the next frame is likely to want a worker thread; asked before it is planned, since it must be sent at
   * once.
   */
  wantsWorker(threads: number): boolean {
    return this.router === undefined || this.router.wantsWorker(threads)
  }

  /** The route of a planned frame that may go either way. */
  route(frame: Sample, output: OutputKind, threads: number): Route {
    return this.router === undefined ? "worker" : this.router.route(frame, output, threads)
  }

  /**
   * Notes what a frame has cost the calling thread (ms): its way to the worker or its text, and before that its
   * planning.
   */
  observe(
    frame: Sample,
    output: OutputKind,
    route: Route,
    time: number,
    planning: number,
    now: number = realTimers.now()
  ): void {
    if (frame.size === 0 || frame.isText === true) return
    this.frameSize.observe(frame.size, time + planning)
    if (this.router === undefined) this.cores.observe(route === "worker", now)
    else this.router.observe(frame, output, route, time, now)
  }

  /** Notes what taking its text in has cost (ms). */
  observeTaking(frame: PlannedFrame, output: OutputKind, route: Route, time: number): void {
    if (frame.size > 0 && !frame.isText) this.router?.observeTaking(frame, output, route, time)
  }
}
