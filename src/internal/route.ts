/**
 * Which route a frame takes, and how large frames are.
 *
 * The plain rule, "at or above the threshold to a worker thread", is the prior; what frames of a kind have cost the calling
 * thread so far is the posterior. A kind is what a frame holds (long text, numbers, records), how large it is (a trip to a
 * worker has a fixed cost), what comes out, and whether it is indented. Costs are averages that forget, so a change in the
 * data is followed within a few dozen frames; now and then a frame takes the dearer route, so that none is judged by old news.
 */
import type { Frame } from "./draft.ts"
import type { Routing } from "./optionTypes.ts"

export type Route = "worker" | "sliced"

/** A piece of work on the calling thread is to take about this long (ms). */
const pieceTime = 0.25
const smallestFrame = 8_192
const largestFrame = 65_536

/** Frames of a kind that each route gets before they are compared. */
const firstSamples = 4
/** Weight of the newest cost. */
const newest = 0.15
/** One frame in so many explores. */
const exploreEvery = 64
/** A thread is started only to explore at most once in this time (ms). */
const startEvery = 60_000
/**
 * What a frame on a worker costs the calling thread where no clock can stand: the answer's way in (ms). Measured as the difference
 * between the busy time of a run and the sum of its timed pieces.
 */
const answerCost = 0.012

/** What frames of one kind have cost: milliseconds for 1,024 code units. */
export interface KindCosts {
  worker: number
  sliced: number
  workerFrames: number
  slicedFrames: number
}

const contents = ["text", "numbers", "records"] as const

export class Router {
  /** Code units of the next frame. */
  frameSize = 32_768
  /** By kind, as `text/large/bytes/pretty`. */
  readonly costs = new Map<string, KindCosts>()
  private readonly table: Array<KindCosts | undefined> = []
  private readonly routing: Routing
  private last = -1
  private count = 0
  private lastStart = -Infinity

  constructor(routing: Routing) {
    this.routing = routing
  }

  /** Whether the next frame is likely to want a worker thread; asked before it is planned, since it must be sent at once. */
  wantsWorker(threads: number): boolean {
    if (this.routing !== "adaptive") return this.routing === "worker"
    this.count++
    const costs = this.last < 0 ? undefined : this.table[this.last]
    if (costs === undefined || costs.workerFrames < firstSamples) return true
    if (this.prefers(costs) === "worker") return true
    return this.explores() && (threads > 0 || this.mayStart())
  }

  /** The route of a planned frame that may go either way. */
  route(frame: Frame, output: "string" | "bytes"): Route {
    if (this.routing !== "adaptive") return this.routing === "worker" ? "worker" : "sliced"
    const costs = this.costsOf(frame, output)
    const preferred = this.prefers(costs)
    if (!this.explores()) return preferred
    return preferred === "worker" ? "sliced" : "worker"
  }

  /** Notes what a frame has cost the calling thread (ms). */
  observe(frame: Frame, output: "string" | "bytes", route: Route, time: number): void {
    if (frame.size === 0) return
    const costs = this.costsOf(frame, output)
    if (route === "worker") {
      const cost = ((time + answerCost) * 1024) / frame.size
      costs.worker = costs.workerFrames++ === 0 ? cost : costs.worker + (cost - costs.worker) * newest
    } else {
      const cost = (time * 1024) / frame.size
      costs.sliced = costs.slicedFrames++ === 0 ? cost : costs.sliced + (cost - costs.sliced) * newest
      if (frame.size >= smallestFrame / 2) {
        const ideal = (pieceTime / costs.sliced) * 1024
        this.frameSize = Math.round(Math.min(largestFrame, Math.max(smallestFrame, ideal)))
      }
    }
  }

  private prefers(costs: KindCosts): Route {
    if (costs.workerFrames < firstSamples) return "worker"
    if (costs.slicedFrames < firstSamples) return "sliced"
    return costs.worker < costs.sliced ? "worker" : "sliced"
  }

  private explores(): boolean {
    return this.count % exploreEvery === exploreEvery - 1
  }

  private mayStart(): boolean {
    const now = performance.now()
    if (now - this.lastStart < startEvery) return false
    this.lastStart = now
    return true
  }

  private costsOf(frame: Frame, output: "string" | "bytes"): KindCosts {
    const content = contentOf(frame)
    const size = frame.size < 4_096 ? 0 : frame.size < 16_384 ? 1 : 2
    const index = ((content * 3 + size) * 2 + (output === "bytes" ? 1 : 0)) * 2 + (frame.gap === "" ? 0 : 1)
    this.last = index
    let costs = this.table[index]
    if (costs === undefined) {
      costs = { worker: 0, sliced: 0, workerFrames: 0, slicedFrames: 0 }
      this.table[index] = costs
      const sizes = ["small", "medium", "large"]
      this.costs.set(`${contents[content]}/${sizes[size]}/${output}${frame.gap === "" ? "" : "/pretty"}`, costs)
    }
    return costs
  }
}

// Numbers are counted at 8 code units each; a container for every 400 code units or fewer makes it records.
const contentOf = (frame: Frame): number => {
  if (frame.numbers * 16 >= frame.size) return frame.containers * 64 > frame.size ? 2 : 1
  return frame.containers * 400 > frame.size ? 2 : 0
}
