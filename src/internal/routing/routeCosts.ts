/**
 * What frames of one kind have cost the calling thread on each route, and when to try the more expensive route again.
 *
 * A trial takes some frames in a row, and the first of them do not count. A single frame between hundreds that take the
 * other route runs cold code. It seemed to cost several times what it costs when all take that route (arrays of
 * numbers, worker).
 */
import type { Crowding } from "./cpuContention.ts"

export type Route = "worker" | "sliced"

/** Frames of a kind that each route gets before they are compared, and whenever it is tried again. */
const burst = 8
/** The first of these are not counted: their code is cold, or not compiled yet. */
const cold = 2
/** Weight of the newest cost. */
const newest = 0.15
/** Share of the time that trials of the more expensive route may take: at first, and when it is known well. */
const shareAtFirst = 0.1
const share = 0.02
/** A route is known well after so many frames. */
const wellKnown = 32

/** An average that forgets. */
class Average {
  value = 0
  private count = 0

  add(sample: number): void {
    const { count, value } = this
    this.count++
    // Bounded, so that one garbage collection does not decide. The first samples count as they are.
    const bounded = count < burst ? sample : Math.min(sample, value * 3)
    this.value += (bounded - value) * Math.max(newest, 1 / this.count)
  }
}

/** What is known of a kind of frames. */
export interface RoutesOfKind {
  readonly worker: KnownRoute
  readonly sliced: KnownRoute
}

export interface KnownRoute {
  readonly frames: number
  /** Milliseconds for 1,024 code units. */
  readonly total: number
}

/** What one route has cost. */
class RouteCost implements KnownRoute {
  frames = 0
  private cold = cold
  private readonly work = new Average()
  private readonly taking = new Average()
  private firstWork = 0
  private readonly indirect: () => number

  /** `indirect` is what it costs besides what was observed. */
  constructor(indirect: () => number = () => 0) {
    this.indirect = indirect
  }

  get total(): number {
    return (this.frames > cold ? this.work.value : this.firstWork) + this.taking.value + this.indirect()
  }

  begin(): void {
    this.cold = cold
  }

  /** Its text was made, or it was posted. */
  worked(cost: number): void {
    this.frames++
    if (this.cold > 0) {
      this.cold--
      this.firstWork = cost
    } else this.work.add(cost)
  }

  /** Its text was taken in. */
  took(cost: number): void {
    this.taking.add(cost)
  }
}

export class KindCosts implements RoutesOfKind {
  readonly worker: RouteCost
  readonly sliced = new RouteCost()
  private readonly frameSize: number
  /** The route that is tried, and frames left that are to try it. */
  private tried: Route = "worker"
  private trying = 0
  /** Milliseconds spent on the cheaper route since the last trial of the other one. */
  private spent = 0

  /** `frameSize` is that of a typical frame of the kind, in units of 1,024 code units. */
  constructor(frameSize: number, crowding: Pick<Crowding, "price">) {
    this.frameSize = frameSize
    // A worker needs about as long for a text as this thread does.
    this.worker = new RouteCost(() => crowding.price * this.sliced.total)
  }

  /** The route to take, as far as is known. */
  get preferred(): Route {
    if (this.worker.frames < burst) return "worker"
    if (this.sliced.frames < burst) return "sliced"
    return this.worker.total < this.sliced.total ? "worker" : "sliced"
  }

  /** Whether the next frame is to try the more expensive route. The more that costs, the rarer it is. */
  get isTrying(): boolean {
    return (this.trying > 0 && this.tried !== this.preferred) || this.mayTry
  }

  /** A frame tries the more expensive route. The trial ends early if that route turns out to be the cheaper one. */
  tries(): void {
    const dearer = this.preferred === "worker" ? "sliced" : "worker"
    if (this.trying === 0 || this.tried !== dearer) {
      this.tried = dearer
      this.trying = burst
      this.spent = 0
      this[dearer].begin()
    }
    this.trying--
  }

  /** A frame of `size` code units has cost `time`, until its text was there or it was posted. */
  worked(route: Route, size: number, time: number): void {
    if (route === this.preferred) this.spent += time
    this[route].worked((time * 1024) / size)
  }

  took(route: Route, size: number, time: number): void {
    this[route].took((time * 1024) / size)
  }

  private get mayTry(): boolean {
    const { sliced, worker } = this
    const known = Math.min(sliced.frames, worker.frames)
    const dearer = Math.max(sliced.total, worker.total)
    return known >= burst && this.spent * (known < wellKnown ? shareAtFirst : share) > dearer * this.frameSize * burst
  }
}
