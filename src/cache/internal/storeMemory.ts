/**
 * A store in memory that several caches share: the protocol without a network, and what other stores are measured by.
 */
import { randomBytes } from "node:crypto"
import type {
  BeginReply,
  BeginRequest,
  CommitReply,
  CommitRequest,
  Generations,
  InvalidateRequest,
  RenewRequest,
  StoredEntry,
  StoredHead,
  StoreMessage,
  StorePosition
} from "../CacheStore.ts"
import { compare, isNotAfter, keyName, keyOf } from "./names.ts"

/** What a generation is kept for while somebody computes. */
const generationLife = 60_000

interface Expiring {
  /** Milliseconds of the clock. */
  expires: number
}

interface Head extends Expiring {
  readonly head: StoredHead
  readonly stamp: Generations
  readonly body: Uint8Array | undefined
}

interface Lease extends Expiring {
  readonly token: string
  hasWaiters: boolean
}

interface Generation extends Expiring {
  value: string
}

interface Part extends Expiring {
  readonly bytes: Uint8Array
}

const nonce = (): string => randomBytes(8).toString("hex")

/** The entries of one namespace. Every method is atomic, as a script of Redis is. `now` is the store's clock. */
export class StoreMemory {
  private epoch = nonce()
  private sequence = 0
  private readonly heads = new Map<string, Head>()
  private readonly parts = new Map<string, Part>()
  private readonly leases = new Map<string, Lease>()
  private readonly generations = new Map<string, Generation>()
  private readonly publish: (message: StoreMessage) => void
  private readonly isFenced: boolean

  constructor(publish: (message: StoreMessage) => void, isFenced: boolean) {
    this.publish = publish
    this.isFenced = isFenced
  }

  get position(): StorePosition {
    return { epoch: this.epoch, sequence: this.sequence }
  }

  begin(now: number, request: BeginRequest): BeginReply {
    const { key, names, purpose, refreshBelow = 0, token } = request
    if (this.heads.get(key)?.head.id === request.discard) this.removeHead(key)
    const found = purpose === "write" ? undefined : this.find(now, key)
    const isFresh = found !== undefined && found.timeLeft > 0
    if (isFresh && (purpose === "read" || found.timeLeft > refreshBelow)) return { _tag: "Hit", entry: found }
    if (purpose === "read") return { _tag: "Absent", stale: found }
    if (purpose === "compute") {
      const lease = live(this.leases, key, now)
      if (lease !== undefined && lease.token !== token) {
        if (isFresh) return { _tag: "Hit", entry: found }
        lease.hasWaiters = true
        return { _tag: "Busy", stale: found }
      }
      this.leases.set(key, { token, expires: now + request.lease, hasWaiters: lease?.hasWaiters ?? false })
    }
    const generations: Record<string, string> = {}
    for (const name of names) generations[name] = this.hold(now, name, generationLife)
    return { _tag: "Leased", generations, position: this.position, stale: found }
  }

  renew(now: number, { key, lease, names, token }: RenewRequest): boolean {
    for (const name of names) {
      const generation = live(this.generations, name, now)
      if (generation !== undefined) generation.expires = Math.max(generation.expires, now + generationLife)
    }
    const held = live(this.leases, key, now)
    if (held?.token !== token) return false
    held.expires = now + lease
    return true
  }

  abandon(now: number, key: string, token: string): void {
    const lease = live(this.leases, key, now)
    if (lease?.token === token) this.release(key, lease)
  }

  putPart(now: number, id: string, index: number, bytes: Uint8Array, timeToLive: number): void {
    this.parts.set(partKey(id, index), { bytes, expires: now + timeToLive })
  }

  part(now: number, id: string, index: number): Uint8Array | undefined {
    return live(this.parts, partKey(id, index), now)?.bytes
  }

  commit(now: number, request: CommitRequest): CommitReply {
    const { body, head, isWrite, key, token } = request
    const lease = live(this.leases, key, now)
    const isHeld = lease?.token === token
    const life = head.timeToLive + head.grace
    const { stamp, unknown } = this.stampOf(now, request)
    // A write that comes too late has invalidated its key all the same: what is there now began before it did.
    if (isWrite) this.invalidate(now, { names: [keyName(key)], mode: "remove", origin: request.origin })
    if (stamp === undefined) {
      this.removeParts(head)
      if (isHeld) this.release(key, lease)
      // From now on it is known when they are invalidated: who computes it again may store it.
      for (const name of unknown) this.hold(now, name, Math.max(life, generationLife))
      return { _tag: "Fenced" }
    }
    if (!isHeld && !isWrite && (this.find(now, key)?.timeLeft ?? 0) > 0) {
      this.removeParts(head)
      return { _tag: "Superseded" }
    }
    if (isWrite) stamp[keyName(key)] = live(this.generations, keyName(key), now)?.value ?? this.newGeneration()
    this.removeHead(key)
    this.heads.set(key, { head, stamp, body, expires: now + life })
    for (const [name, generation] of Object.entries(stamp)) this.hold(now, name, life, generation)
    if (isHeld) this.release(key, lease)
    return { _tag: "Stored", stamp, position: this.position }
  }

  validate(now: number, stamp: Generations): "current" | "stale" | "gone" {
    return compare(stamp, (name) => live(this.generations, name, now)?.value)
  }

  invalidate(now: number, { mode, names, origin }: InvalidateRequest): StorePosition {
    this.sequence++
    for (const name of names) {
      const generation = live(this.generations, name, now)
      if (generation !== undefined) {
        generation.value =
          mode === "remove" ? this.newGeneration() : `${generation.value.split("~")[0]}~${this.sequence}.${nonce()}`
      }
      const key = keyOf(name)
      if (key === undefined) continue
      if (mode === "remove") this.removeHead(key)
      const lease = live(this.leases, key, now)
      if (lease !== undefined) this.release(key, lease)
    }
    this.publish({ _tag: "Invalidated", names, mode, origin, ...this.position })
    return this.position
  }

  /** Everything is gone, as after a FLUSHALL or an empty restart. */
  flush(): void {
    this.epoch = nonce()
    this.sequence = 0
    this.heads.clear()
    this.parts.clear()
    this.leases.clear()
    this.generations.clear()
  }

  private find(now: number, key: string): StoredEntry | undefined {
    const found = live(this.heads, key, now)
    if (found === undefined) return undefined
    const validity = this.isFenced ? this.validate(now, found.stamp) : "current"
    if (validity === "gone") {
      this.removeHead(key)
      return undefined
    }
    const { body, head, stamp } = found
    // Its stale window begins when it is first found to be stale: nobody knows when that was said.
    if (validity === "stale") found.expires = Math.min(found.expires, now + head.grace)
    return { head, stamp, body, timeLeft: found.expires - head.grace - now }
  }

  /** The stamp of an entry as it may be stored, or undefined if it may not; and late names without a generation. */
  private stampOf(
    now: number,
    request: CommitRequest
  ): { readonly stamp: Record<string, string> | undefined; readonly unknown: ReadonlyArray<string> } {
    const { begun, late } = request
    const stamp: Record<string, string> = { ...request.stamp }
    const unknown: Array<string> = []
    if (this.isFenced && (begun.epoch !== this.epoch || this.validate(now, stamp) !== "current")) {
      return { stamp: undefined, unknown }
    }
    let isValid = true
    for (const name of late) {
      const generation = live(this.generations, name, now)?.value
      const isSafe =
        generation === undefined
          ? begun.sequence === this.sequence
          : isNotAfter(generation, begun.epoch, begun.sequence)
      if (this.isFenced && !isSafe) isValid = false
      if (generation === undefined) unknown.push(name)
      // Made for good only when the entry is stored.
      stamp[name] = generation ?? this.newGeneration()
    }
    return { stamp: isValid ? stamp : undefined, unknown }
  }

  private hold(now: number, name: string, life: number, value = this.newGeneration()): string {
    let generation = live(this.generations, name, now)
    if (generation === undefined) {
      generation = { value, expires: 0 }
      this.generations.set(name, generation)
    }
    generation.expires = Math.max(generation.expires, now + life)
    return generation.value
  }

  private newGeneration(): string {
    return `${this.epoch}.${this.sequence}.${nonce()}~0`
  }

  private release(key: string, lease: Lease): void {
    this.leases.delete(key)
    if (lease.hasWaiters) this.publish({ _tag: "Done", key })
  }

  private removeHead(key: string): void {
    const found = this.heads.get(key)
    if (found === undefined) return
    this.heads.delete(key)
    this.removeParts(found.head)
  }

  private removeParts({ id, parts }: StoredHead): void {
    if (parts === 1) return // it came with the head
    for (let i = 0; i < parts; i++) this.parts.delete(partKey(id, i))
  }
}

const partKey = (id: string, index: number): string => `${id}:${index}`

const live = <A extends Expiring>(map: Map<string, A>, key: string, now: number): A | undefined => {
  const found = map.get(key)
  if (found === undefined || found.expires > now) return found
  map.delete(key)
  return undefined
}
