/**
 * Requests as arguments of scripts, and what the scripts answer as replies.
 */
import type {
  BeginReply,
  BeginRequest,
  CommitReply,
  CommitRequest,
  Generations,
  StoredEntry,
  StoredHead,
  StoreMessage,
  StorePosition
} from "../../CacheStore.ts"
import type { RedisArgument } from "./port.ts"

/** An entry whose text is still as it was stored. */
export interface PackedEntry extends Omit<StoredEntry, "body"> {
  readonly body: Uint8Array | undefined
}

/** Redis counts whole milliseconds, and takes none for an error. */
export const milliseconds = (time: number): string => Math.max(1, Math.ceil(time)).toString()

export const beginArguments = (request: BeginRequest, nonce: string): Array<RedisArgument> => {
  const { discard = "", key, lease, names, purpose, refreshBelow = 0, token } = request
  return [key, purpose, token, milliseconds(lease), refreshBelow.toString(), discard, nonce, ...names]
}

export const commitArguments = (
  request: CommitRequest,
  body: Uint8Array | undefined,
  nonce: string
): Array<RedisArgument> => {
  const { begun, head, isWrite, key, late, origin, stamp, token } = request
  const stamped = Object.entries(stamp)
  return [
    key,
    token,
    isWrite ? "1" : "0",
    origin,
    nonce,
    milliseconds(head.timeToLive + head.grace),
    JSON.stringify(head),
    begun.epoch,
    begun.sequence.toString(),
    body === undefined ? "0" : "1",
    body ?? "",
    stamped.length.toString(),
    ...stamped.flat(),
    ...late
  ]
}

/** `names` are those of the request: the reply has their generations in the same order. */
export const beginReply = (reply: unknown, names: ReadonlyArray<string>): BeginReply => {
  const [tag, entry, epoch, sequence, generations] = list(reply)
  const found = entry === null ? undefined : entryOf(list(entry))
  switch (text(tag)) {
    case "Hit":
      return { _tag: "Hit", entry: found! }
    case "Busy":
      return { _tag: "Busy", stale: found }
    case "Absent":
      return { _tag: "Absent", stale: found }
    default: {
      const given = list(generations)
      return {
        _tag: "Leased",
        generations: Object.fromEntries(names.map((name, i) => [name, text(given[i])])),
        position: positionOf(epoch, sequence),
        stale: found
      }
    }
  }
}

const entryOf = ([head, stamp, left, body]: ReadonlyArray<unknown>): PackedEntry => {
  const parsed = JSON.parse(text(head)) as StoredHead
  return {
    head: parsed,
    stamp: JSON.parse(text(stamp)) as Generations,
    timeLeft: Number(left) - parsed.grace,
    body: body === null || body === undefined ? undefined : bytes(body)
  }
}

export const commitReply = (reply: unknown): CommitReply => {
  const [tag, stamp, epoch, sequence] = list(reply)
  switch (text(tag)) {
    case "Stored":
      return {
        _tag: "Stored",
        stamp: JSON.parse(text(stamp)) as Generations,
        position: positionOf(epoch, sequence)
      }
    case "Superseded":
      return { _tag: "Superseded" }
    default:
      return { _tag: "Fenced" }
  }
}

export const positionReply = (reply: unknown): StorePosition & { readonly server: string } => {
  const [epoch, sequence, server] = list(reply)
  return { ...positionOf(epoch, sequence), server: server === undefined ? "" : text(server) }
}

const positionOf = (epoch: unknown, sequence: unknown): StorePosition => ({
  epoch: text(epoch),
  sequence: Number(text(sequence))
})

/** A message of the channel; `undefined` if it is none of this version. */
export const messageOf = (message: string): StoreMessage | undefined => {
  const { done, e, mode, names, origin, s } = Object(JSON.parse(message)) as Record<string, unknown>
  if (typeof done === "string") return { _tag: "Done", key: done }
  if (typeof e !== "string" || typeof s !== "number" || typeof origin !== "string" || !areNames(names)) return undefined
  if (mode !== "remove" && mode !== "stale") return undefined
  return { _tag: "Invalidated", names, mode, origin, epoch: e, sequence: s }
}

const areNames = (names: unknown): names is ReadonlyArray<string> =>
  Array.isArray(names) && names.every((name) => typeof name === "string")

const list = (reply: unknown): ReadonlyArray<unknown> => (Array.isArray(reply) ? reply : [])

/** Clients that cannot give bytes give strings. */
export const text = (reply: unknown): string =>
  typeof reply === "string"
    ? reply
    : reply instanceof Uint8Array
      ? Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength).toString()
      : ""

export const bytes = (reply: unknown): Uint8Array =>
  reply instanceof Uint8Array ? reply : Buffer.from(typeof reply === "string" ? reply : "")
