/**
 * The entries in the memory of this process: the first tier. `lru-cache` knows their order and their size; whether one
 * has expired or was invalidated is ours to know, by Effect's clock and by the fence.
 */
import type * as Deferred from "effect/Deferred"
import { LRUCache } from "lru-cache"
import type { Content } from "./content.ts"
import { type Fence, type NameState, type Validity, validity } from "./fence.ts"
import type { EvictionCause } from "./model.ts"

/** Names and the generations that they had in the store; `undefined` where the store was not asked. */
export type Stamp = ReadonlyMap<string, string | undefined>

/** When an entry is what. Milliseconds of the clock. */
export interface Lifetime {
  readonly timeToLive: number
  readonly expiresAt: number
  readonly refreshAt: number
  /** Until when it is served stale while it is computed anew. */
  readonly revalidateUntil: number
  /** Until when it is served stale if that fails. */
  readonly errorUntil: number
  /** Until when it is kept here. */
  readonly memoryUntil: number
}

/** An entry that is put into memory. */
export interface NewEntry extends Lifetime {
  readonly key: string
  readonly content: Content
  readonly stamp: Stamp
  /** The view of the store in which it was read or stored. 0: it has to be validated before its next use. */
  readonly view: number
  /** Whether the store knows it. */
  readonly isStored: boolean
}

export class MemoryEntry implements Lifetime {
  readonly key: string
  readonly content: Content
  readonly stamp: Stamp
  readonly isStored: boolean
  readonly size: number
  readonly timeToLive: number
  expiresAt: number
  refreshAt: number
  revalidateUntil: number
  errorUntil: number
  readonly memoryUntil: number
  /** A computation has failed: stale text is served, and none is tried, until then. */
  retryAt = 0
  view: number
  /** The store is asked about it right now. */
  validating: Deferred.Deferred<"yes" | "no" | "unavailable"> | undefined = undefined
  /** The counter of the fence up to which its names are known to be valid. */
  checkedAt: number
  private readonly names: ReadonlyArray<NameState>

  constructor(entry: NewEntry, fence: Fence) {
    this.key = entry.key
    this.content = entry.content
    this.stamp = entry.stamp
    this.isStored = entry.isStored
    this.timeToLive = entry.timeToLive
    this.expiresAt = entry.expiresAt
    this.refreshAt = entry.refreshAt
    this.revalidateUntil = entry.revalidateUntil
    this.errorUntil = entry.errorUntil
    this.memoryUntil = entry.memoryUntil
    this.view = entry.view
    this.checkedAt = fence.counter
    this.names = Array.from(entry.stamp.keys(), (name) => fence.hold(name))
    this.size = sizeOf(entry)
  }

  /** How it stands to the invalidations since it was last looked at. */
  check(fence: Fence): Validity {
    if (this.checkedAt === fence.counter) return "current"
    let result: Validity = "current"
    for (const name of this.names) {
      const found = validity(name, this.checkedAt)
      if (found === "gone") return "gone"
      if (found === "stale") result = "stale"
    }
    this.checkedAt = fence.counter
    return result
  }

  /** It has expired now; its stale windows begin. */
  expire(now: number): void {
    if (now >= this.expiresAt) return
    this.revalidateUntil = Math.min(this.revalidateUntil, now + this.revalidateUntil - this.expiresAt)
    this.errorUntil = Math.min(this.errorUntil, now + this.errorUntil - this.expiresAt)
    this.expiresAt = now
    this.refreshAt = now
  }

  release(fence: Fence): void {
    let i = 0
    for (const name of this.stamp.keys()) fence.release(name, this.names[i++]!)
  }
}

/** What an entry costs, its bookkeeping included: 512 bytes, and for each name 64 and its length. */
const sizeOf = ({ content, stamp }: NewEntry): number => {
  let size = content.size + 512
  for (const name of stamp.keys()) size += 64 + name.length
  return size
}

export class Memory {
  private readonly fence: Fence
  private readonly entries: LRUCache<string, MemoryEntry>
  private readonly largest: number
  /** A set can be walked while it changes; the list of `lru-cache` cannot. */
  private readonly all = new Set<MemoryEntry>()
  private cause: EvictionCause = "size"
  /** Bytes that may be kept now. */
  limit: number

  constructor(
    maxBytes: number,
    maxEntryBytes: number,
    fence: Fence,
    onEvict: (key: string, cause: EvictionCause) => void
  ) {
    this.fence = fence
    this.largest = maxEntryBytes
    this.limit = maxBytes
    this.entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ size }) => size,
      dispose: (entry, key, reason) => {
        entry.release(fence)
        this.all.delete(entry)
        onEvict(key, reason === "set" ? "replaced" : this.cause)
      }
    })
  }

  get count(): number {
    return this.entries.size
  }

  get size(): number {
    return this.entries.calculatedSize
  }

  /** The entry of a key, fresh or within a stale window. */
  get(key: string, now: number): MemoryEntry | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    const found = entry.check(this.fence)
    if (found === "gone") return this.delete(key, "invalidated")
    if (found === "stale") entry.expire(now)
    if (now < entry.expiresAt ? now < entry.memoryUntil : now < keptUntil(entry)) return entry
    return this.delete(key, "expired")
  }

  /** Keeps an entry, whose names the caller has found to be valid. `undefined`: it is too large. */
  put(entry: NewEntry): MemoryEntry | undefined {
    const made = new MemoryEntry(entry, this.fence)
    if (entry.content.size > this.largest || made.size > this.limit) {
      made.release(this.fence)
      return this.delete(entry.key, "replaced")
    }
    this.cause = "size"
    this.all.add(made)
    this.entries.set(entry.key, made)
    this.shrink("size")
    return made
  }

  delete(key: string, cause: EvictionCause): undefined {
    this.cause = cause
    this.entries.delete(key)
    return undefined
  }

  /**
   * Evicts what was not used for longest, until the rest is within the limit, or `until` says that it is enough for
   * now.
   */
  shrink(cause: EvictionCause, until: () => boolean = () => false): boolean {
    this.cause = cause
    while (this.entries.calculatedSize > this.limit) {
      if (until()) return false
      this.entries.pop()
    }
    return true
  }

  /** Drops entries that were invalidated or have expired, without touching the order of the others; step by step. */
  sweep(now: () => number): () => true | undefined {
    const entries = this.all.values()
    return () => {
      for (let i = 0; i < 100; i++) {
        const { done, value: entry } = entries.next()
        if (done) return true
        const found = entry.check(this.fence)
        if (found === "gone") this.delete(entry.key, "invalidated")
        else if (found === "stale") entry.expire(now())
        else if (now() >= keptUntil(entry)) this.delete(entry.key, "expired")
      }
      return undefined
    }
  }

  clear(cause: EvictionCause): void {
    this.cause = cause
    this.entries.clear()
  }
}

const keptUntil = ({ errorUntil, expiresAt, memoryUntil, revalidateUntil }: MemoryEntry): number =>
  Math.min(memoryUntil, Math.max(expiresAt, errorUntil, revalidateUntil))
