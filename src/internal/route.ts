/**
 * Which route a frame takes, and how large frames are.
 *
 * The plain rule, "at or above the threshold to a worker thread", is the prior; what frames of a kind have cost the calling
 * thread so far is the posterior. A kind is what a frame holds (long text, numbers, records), how large it is (a trip to a
 * worker has a fixed cost), what comes out, and whether it is indented. Costs are averages that forget, so a change in the
 * data is followed within a few dozen frames; now and then a frame takes the dearer route, so that none is judged by old news, but only as
 * often as a fiftieth of the time pays for.
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
/** Share of the time that exploring the dearer route may take. */
const exploringShare = 0.02
/** A thread is started only to explore at most once in this time (ms). */
const startEvery = 60_000
/**
 * What a frame on a worker costs the calling thread where no clock can stand: the answer's way in (ms). Assumed, not measured: of
 * the order of what a whole task costs the caller in Piscina. Too high a value favours slices for small frames.
 */
const answerCost = 0.012

/** What the router wants to know of a frame. */
export interface Sample extends Pick<Frame, "size" | "numbers" | "containers" | "gap"> {
  /** There is nothing left to stringify. */
  readonly isText?: boolean
}

/** What frames of one kind have cost: milliseconds for 1,024 code units. */
export interface KindCosts {
  worker: number
  sliced: number
  workerFrames: number
  slicedFrames: number
  /** Milliseconds spent on the cheaper route since the dearer one was last tried. */
  sinceExplored: number
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
  private lastStart = -Infinity

  constructor(routing: Routing) {
    this.routing = routing
  }

  /** Whether the next frame is likely to want a worker thread; asked before it is planned, since it must be sent at once. */
  wantsWorker(threads: number): boolean {
    if (this.routing !== "adaptive") return this.routing === "worker"
    const costs = this.last < 0 ? undefined : this.table[this.last]
    if (costs === undefined || this.prefers(costs) === "worker") return true
    return explores(costs) && (threads > 0 || this.couldStart())
  }

  /** The route of a planned frame that may go either way. */
  route(frame: Sample, output: "string" | "bytes", threads: number): Route {
    if (this.routing !== "adaptive") return this.routing === "worker" ? "worker" : "sliced"
    // Text already (a replacer function has seen it): a trip would bring it back as it is.
    if (frame.isText === true) return "sliced"
    const costs = this.costsOf(frame, output)
    const preferred = this.prefers(costs)
    if (!explores(costs) || (preferred === "sliced" && threads === 0 && !this.mayStart())) return preferred
    return preferred === "worker" ? "sliced" : "worker"
  }

  /** Notes what a frame has cost the calling thread (ms): its way to the worker or its text, and before that its planning. */
  observe(frame: Sample, output: "string" | "bytes", route: Route, time: number, planning: number): void {
    if (frame.size === 0 || frame.isText === true) return
    const costs = this.costsOf(frame, output)
    const preferred = this.prefers(costs)
    const spent = route === "worker" ? time + answerCost : time
    const cost = (spent * 1024) / frame.size
    if (route === "worker") costs.worker = blend(costs.worker, cost, costs.workerFrames++)
    else costs.sliced = blend(costs.sliced, cost, costs.slicedFrames++)
    costs.sinceExplored = route === preferred ? costs.sinceExplored + spent : 0
    if (frame.size >= smallestFrame / 2) {
      const ideal = (pieceTime / (time + planning)) * frame.size
      const next = this.frameSize + (Math.min(ideal, largestFrame) - this.frameSize) * newest
      this.frameSize = Math.round(Math.min(largestFrame, Math.max(smallestFrame, next)))
    }
  }

  private prefers(costs: KindCosts): Route {
    if (costs.workerFrames < firstSamples) return "worker"
    if (costs.slicedFrames < firstSamples) return "sliced"
    return costs.worker < costs.sliced ? "worker" : "sliced"
  }

  private couldStart(): boolean {
    return performance.now() - this.lastStart >= startEvery
  }

  private mayStart(): boolean {
    if (!this.couldStart()) return false
    this.lastStart = performance.now()
    return true
  }

  private costsOf(frame: Sample, output: "string" | "bytes"): KindCosts {
    const content = contentOf(frame)
    const size = frame.size < 4_096 ? 0 : frame.size < 16_384 ? 1 : 2
    const index = ((content * 3 + size) * 2 + (output === "bytes" ? 1 : 0)) * 2 + (frame.gap === "" ? 0 : 1)
    this.last = index
    let costs = this.table[index]
    if (costs === undefined) {
      costs = { worker: 0, sliced: 0, workerFrames: 0, slicedFrames: 0, sinceExplored: 0 }
      this.table[index] = costs
      const sizes = ["small", "medium", "large"]
      this.costs.set(`${contents[content]}/${sizes[size]}/${output}${frame.gap === "" ? "" : "/pretty"}`, costs)
    }
    return costs
  }
}

// The first frame runs code that is not compiled yet, so the second takes its place. Later a frame in which the garbage collector
// happened to run counts for no more than three.
const blend = (old: number, cost: number, frames: number): number => {
  if (frames < 2) return cost
  const weight = Math.max(newest, 1 / frames)
  return old + ((frames < firstSamples ? cost : Math.min(cost, old * 3)) - old) * weight
}

// The dearer the other route is, the rarer it is tried. A frame of 32 K stands for the next one.
const explores = ({ sinceExplored, sliced, slicedFrames, worker, workerFrames }: KindCosts): boolean =>
  slicedFrames >= firstSamples &&
  workerFrames >= firstSamples &&
  sinceExplored * exploringShare > Math.max(sliced, worker) * 32

// Numbers are counted at 8 code units each; a container for every 400 code units or fewer makes it records.
const contentOf = (frame: Sample): number => {
  if (frame.numbers * 16 >= frame.size) return frame.containers * 64 > frame.size ? 2 : 1
  return frame.containers * 400 > frame.size ? 2 : 0
}
