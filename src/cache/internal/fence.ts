/**
 * The local fence: what was invalidated in this process, and when, by a counter. No clock takes part.
 *
 * Whatever enters the memory carries the counter from before its first request, and is dropped if one of its names was
 * invalidated since. Names that an entry in memory has are held; those that only something in flight may have are kept
 * for a while, and when one of them is forgotten, everything that began before its invalidation counts as invalidated.
 */
import type { InvalidateOptions } from "./model.ts"

/** What is known of a name. */
export interface NameState {
  /** Entries in memory that have it. */
  holders: number
  /** The counter at its last invalidation that removes, 0 before the first. */
  removedAt: number
  /** The counter at its last invalidation that makes stale. */
  staleAt: number
}

/** How something stands that was begun at a counter. */
export type Validity = "current" | "stale" | "gone"

/** Names that nobody holds, but something in flight may need. */
const mostLoose = 4096

export class Fence {
  /** Grows with each invalidation. */
  counter = 1
  private readonly held = new Map<string, NameState>()
  /** In the order in which they were last invalidated, or let go. */
  private readonly loose = new Map<string, NameState>()
  /** Invalidations up to it may have been forgotten. */
  private floor = 0
  private readonly isEnabled: boolean

  constructor(isEnabled: boolean) {
    this.isEnabled = isEnabled
  }

  invalidate(names: ReadonlyArray<string>, mode: NonNullable<InvalidateOptions["mode"]>): void {
    if (!this.isEnabled) return
    this.counter++
    for (const name of names) {
      const state = this.held.get(name) ?? this.takeLoose(name) ?? this.unknown()
      if (mode === "remove") state.removedAt = this.counter
      else state.staleAt = this.counter
      if (state.holders === 0) this.keepLoose(name, state)
    }
  }

  /** Whether a name was invalidated since. */
  check(name: string, since: number): Validity {
    if (since >= this.counter) return "current"
    const state = this.held.get(name) ?? this.loose.get(name)
    if (state === undefined) return since < this.floor ? "gone" : "current"
    return validity(state, since)
  }

  /** An entry in memory has this name from now on. */
  hold(name: string): NameState {
    let state = this.held.get(name)
    if (state === undefined) {
      state = this.takeLoose(name) ?? this.unknown()
      this.held.set(name, state)
    }
    state.holders++
    return state
  }

  /** It has it no longer. */
  release(name: string, state: NameState): void {
    if (--state.holders > 0) return
    this.held.delete(name)
    if (Math.max(state.removedAt, state.staleAt) > this.floor) this.keepLoose(name, state)
  }

  // What was forgotten of it was not after the floor.
  private unknown(): NameState {
    return { holders: 0, removedAt: this.floor, staleAt: 0 }
  }

  private takeLoose(name: string): NameState | undefined {
    const state = this.loose.get(name)
    if (state !== undefined) this.loose.delete(name)
    return state
  }

  private keepLoose(name: string, state: NameState): void {
    this.loose.set(name, state)
    if (this.loose.size <= mostLoose) return
    const [oldest, forgotten] = this.loose.entries().next().value!
    this.loose.delete(oldest)
    this.floor = Math.max(this.floor, forgotten.removedAt, forgotten.staleAt)
  }
}

export const validity = (state: NameState, since: number): Validity =>
  state.removedAt > since ? "gone" : state.staleAt > since ? "stale" : "current"
