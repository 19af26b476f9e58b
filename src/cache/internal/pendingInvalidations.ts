/**
 * Invalidations that the store has not heard of, and those of late that another server may have lost.
 */
import type { InvalidateRequest } from "../CacheStore.ts"
import { everything } from "./names.ts"

/** Names that wait. More of them become one: all. */
const mostNames = 10_000

type Mode = InvalidateRequest["mode"]

export class PendingInvalidations {
  private names = new Map<string, Mode>()
  private origin = ""
  /** Names that were taken to be told, and are not settled. */
  private taken = 0
  private readonly recent: Array<{ readonly request: InvalidateRequest; readonly at: number }> = []
  /** When the last of those was told that are not remembered, though they are of late. */
  private forgotten = -Infinity
  private readonly replay: number

  constructor(replay: number) {
    this.replay = replay
  }

  get size(): number {
    return this.names.size + this.taken
  }

  /** Whether the store has heard of everything. */
  get isEmpty(): boolean {
    return this.size === 0
  }

  add({ mode, names, origin }: InvalidateRequest): void {
    this.origin = origin
    for (const name of names) {
      if (this.names.get(name) !== "remove") this.names.set(name, mode)
    }
    if (this.names.size > mostNames) this.names = new Map([[everything, "remove"]])
  }

  /** All that waits, at most one request a mode. Each is given to `settle` when its outcome is known. */
  take(): ReadonlyArray<InvalidateRequest> {
    const { names, origin } = this
    const requests: Array<InvalidateRequest> = []
    for (const mode of ["remove", "stale"] as const) {
      const ofMode = Array.from(names).flatMap(([name, its]) => (its === mode ? [name] : []))
      if (ofMode.length > 0) requests.push({ names: ofMode, mode, origin })
    }
    this.names = new Map()
    this.taken = names.size
    return requests
  }

  /** What was taken was told, or waits again. */
  settle(requests: ReadonlyArray<InvalidateRequest>, isTold: boolean, now: number): void {
    this.taken = 0
    for (const request of requests) {
      if (isTold) this.told(request, now)
      else this.add(request)
    }
  }

  /** The store has heard of it. */
  told(request: InvalidateRequest, now: number): void {
    const { recent } = this
    while (recent.length > 0 && (recent[0]!.at < now - this.replay || recent.length >= mostNames)) {
      this.forgotten = recent.shift()!.at
    }
    if (this.replay > 0) recent.push({ request, at: now })
  }

  /** Another server answers, which may have lost what was told of late: it waits again. */
  repeat(now: number): void {
    const since = now - this.replay
    const last = this.recent.at(-1)?.request
    if (last !== undefined && this.forgotten >= since) this.add({ ...last, names: [everything], mode: "remove" })
    for (const { at, request } of this.recent.splice(0)) {
      if (at >= since) this.add(request)
    }
  }
}
