/**
 * Which route a frame takes, with `routing: "adaptive"`.
 *
 * The plain rule, "at or above the threshold to a worker thread", is the prior. What frames of a kind have cost the
 * calling thread so far is the posterior. While no thread is ready, frames are slices. After enough of them a thread
 * starts beside the work, and nobody waits for it. The kind of a frame is what it holds (long text, numbers, records),
 * how large it is (a trip to a worker has a fixed cost), what comes out, and whether it is indented. Costs are averages
 * that forget, so the router follows a change in the data within a few dozen frames. From time to time some frames take
 * the more expensive route, so that no route is judged by old measurements, but only as often as a fiftieth of the time
 * pays for (`routing/routeCosts.ts`). Under CPU contention a worker's own time counts as well
 * (`routing/cpuContention.ts`).
 */
import type { FrameTask } from "../frame/frame.ts"
import type { PlannedFrame } from "../frame/plannedFrame.ts"
import { KindCosts, type Route } from "./routeCosts.ts"
import { crowding, type Crowding } from "./cpuContention.ts"
import type { OutputKind } from "../output/output.ts"
import { realTimers } from "../turns/realTimers.ts"

/** A thread starts only to explore at most once in this time (ms). */
const startEvery = 60_000
/**
 * A thread starts after so many slices that were done because no thread was ready. The start of the first thread takes
 * as much CPU time as some 150 slices (37 ms, `npm run bench:first`). With twice as many, no first call takes more than
 * 1.5 times its slices, and a process that serves a few documents never pays for a thread.
 */
const slicesToStart = 300
/**
 * What a frame on a worker costs the calling thread more than a slice where no clock can measure it (ms): the answer's
 * way in, and the garbage collections that come with it (`bench/answer.ts`).
 */
const answerCost = 0.06

/** What the router needs to know of a frame. */
export interface Sample extends Pick<PlannedFrame, "size" | "numbers" | "containers"> {
  readonly task: Pick<FrameTask, "gap">
  /** There is nothing left to stringify. */
  readonly isText?: boolean
}

const contents = ["text", "numbers", "records"] as const
const sizes = ["small", "medium", "large"] as const
/** What is typical for them, in units of 1,024 code units. */
const typical = [2, 8, 32] as const

export class Router {
  /** By kind, as `text/large/bytes/pretty`. */
  readonly costs = new Map<string, KindCosts>()
  private readonly table: Array<KindCosts | undefined> = []
  /** Of the kind that the last frame was of. */
  private last: KindCosts | undefined = undefined
  private lastStart = -Infinity
  /** Slices that would have gone to a worker. */
  private missed = 0
  private readonly crowding: Pick<Crowding, "observe" | "price">

  constructor(cores: Pick<Crowding, "observe" | "price"> = crowding) {
    this.crowding = cores
  }

  /**
   * Whether the next frame is likely to go to a worker thread. Asked before it is planned, because it must be sent at
   * once.
   */
  wantsWorker(threads: number): boolean {
    if (threads === 0) return false
    const costs = this.last
    return costs === undefined || costs.preferred === "worker" || costs.isTrying
  }

  /** The route of a planned frame that may go either way. */
  route(frame: Sample, output: OutputKind, threads: number): Route {
    // Text already (a replacer function has seen it): a trip would bring it back as it is.
    if (frame.isText === true || threads === 0) return "sliced"
    const costs = this.costsOf(frame, output)
    const { preferred } = costs
    if (!costs.isTrying) return preferred
    costs.tries()
    return preferred === "worker" ? "sliced" : "worker"
  }

  /** Whether to start a thread for frames like this one, which was a slice because no thread is ready. */
  wantsThread(frame: Sample, output: OutputKind): boolean {
    if (frame.size === 0 || frame.isText === true) return false
    const costs = this.costsOf(frame, output)
    if (costs.preferred === "sliced") return costs.isTrying && this.mayExplore()
    if (++this.missed < slicesToStart) return false
    this.missed = 0
    return true
  }

  /** Notes what a frame has cost the calling thread (ms): its way to the worker, or its text. */
  observe(frame: Sample, output: OutputKind, route: Route, time: number, now: number = realTimers.now()): void {
    this.last = this.costsOf(frame, output)
    this.crowding.observe(route === "worker", now)
    this.last.worked(route, frame.size, route === "worker" ? time + answerCost : time)
  }

  /** Notes what taking its text in has cost (ms). */
  observeTaking(frame: Sample, output: OutputKind, route: Route, time: number): void {
    this.costsOf(frame, output).took(route, frame.size, time)
  }

  private mayExplore(): boolean {
    const now = realTimers.now()
    if (now - this.lastStart < startEvery) return false
    this.lastStart = now
    return true
  }

  private costsOf(frame: Sample, output: OutputKind): KindCosts {
    const content = contentOf(frame)
    const size = frame.size < 4_096 ? 0 : frame.size < 16_384 ? 1 : 2
    const index = ((content * 3 + size) * 2 + (output === "bytes" ? 1 : 0)) * 2 + (frame.task.gap === "" ? 0 : 1)
    let costs = this.table[index]
    if (costs === undefined) {
      costs = new KindCosts(typical[size], this.crowding)
      this.table[index] = costs
      this.costs.set(`${contents[content]}/${sizes[size]}/${output}${frame.task.gap === "" ? "" : "/pretty"}`, costs)
    }
    return costs
  }
}

// Numbers are counted at 8 code units each; a container for every 400 code units or fewer makes it records.
const contentOf = (frame: Sample): number => {
  if (frame.numbers * 16 >= frame.size) return frame.containers * 64 > frame.size ? 2 : 1
  return frame.containers * 400 > frame.size ? 2 : 0
}
