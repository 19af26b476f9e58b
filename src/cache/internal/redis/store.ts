/**
 * The store over Redis: each operation is one script, or one command.
 */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import {
  type BeginReply,
  CacheStore,
  type CacheStoreShape,
  type StoredEntry,
  StoreError,
  type StoreMessage
} from "../../CacheStore.ts"
import {
  beginArguments,
  beginReply,
  bytes,
  commitArguments,
  commitReply,
  messageOf,
  milliseconds,
  positionReply,
  text
} from "./codec.ts"
import { compress, decompress } from "./compression.ts"
import type { RedisArgument, RedisPort } from "./port.ts"
import { attempt, errorText, evaluate, type Script } from "./script.ts"
import { storeScripts } from "./scripts/index.ts"

/** What the keys of a namespace begin with. Only what is in the first braces says which node of a cluster has them. */
export const prefixOf = (namespace: string): string => `{v1:${namespace.replace(/[{}]/g, encodeURIComponent)}}:`

// Node has random numbers of this kind in store: bytes of its own cost a call to the system each. Sixty bits of them.
const nonce = (): string => randomUUID().slice(0, 18)

/** Makes the store over a client, with or without the comparison of generations. Only tests go without. */
export const makeRedisStore = (port: RedisPort, isFenced = true): CacheStoreShape => {
  const scripts = storeScripts(isFenced)
  const run = (namespace: string, script: Script, args: ReadonlyArray<RedisArgument>) =>
    evaluate(port, script, `${prefixOf(namespace)}m`, args)
  const partKey = (namespace: string, { id, index }: { readonly id: string; readonly index: number }) =>
    `${prefixOf(namespace)}p:${id}:${index}`

  return CacheStore.of({
    begin: (namespace, request) =>
      run(namespace, scripts.begin, beginArguments(request, nonce())).pipe(
        Effect.flatMap((reply) => understood(() => beginReply(reply, request.names))),
        Effect.flatMap(unpacked)
      ),
    renew: (namespace, { key, lease, names, token }) =>
      Effect.map(run(namespace, scripts.renew, [key, token, milliseconds(lease), ...names]), (reply) => reply === 1),
    abandon: (namespace, { key, token }) => Effect.asVoid(run(namespace, scripts.abandon, [key, token])),
    putPart: (namespace, part) =>
      Effect.flatMap(compress(part.bytes, part.compression), (stored) => {
        const key = partKey(namespace, part)
        return Effect.asVoid(
          attempt(() => port.command(key, ["SET", key, stored, "PX", milliseconds(part.timeToLive)]))
        )
      }),
    commit: (namespace, request) => {
      const { body, head } = request
      const packed = body === undefined ? Effect.undefined : compress(body, head.compression)
      return Effect.flatMap(packed, (stored) =>
        run(namespace, scripts.commit, commitArguments(request, stored, nonce())).pipe(
          Effect.flatMap((reply) => understood(() => commitReply(reply)))
        )
      )
    },
    part: (namespace, part) => {
      const key = partKey(namespace, part)
      return Effect.flatMap(
        attempt(() =>
          port.command(key, ["GET", key]).catch((error: unknown) => {
            // Something that is no text is there: an answer, and the part is gone.
            if (!errorText(error).startsWith("WRONGTYPE")) throw error
            return null
          })
        ),
        (reply) => (reply === null ? Effect.undefined : decompress(bytes(reply)))
      )
    },
    validate: (namespace, stamp) =>
      Effect.map(run(namespace, scripts.validate, Object.entries(stamp).flat()), (reply) => {
        const validity = text(reply)
        return validity === "current" || validity === "stale" ? validity : "gone"
      }),
    invalidate: (namespace, { mode, names, origin }) =>
      Effect.flatMap(run(namespace, scripts.invalidate, [mode, origin, nonce(), ...names]), (reply) =>
        understood(() => {
          const { epoch, sequence } = positionReply(reply)
          return { epoch, sequence }
        })
      ),
    position: (namespace) =>
      Effect.flatMap(run(namespace, scripts.position, [nonce()]), (reply) => understood(() => positionReply(reply))),
    messages: (namespace) =>
      Stream.callback<StoreMessage>(
        (queue) =>
          Effect.acquireRelease(
            Effect.sync(() =>
              port.subscribe(
                `${prefixOf(namespace)}bus`,
                (message) => {
                  const said = readable(message)
                  if (said !== undefined) Queue.offerUnsafe(queue, said)
                },
                () => Queue.offerUnsafe(queue, { _tag: "Ready" }),
                () => Queue.offerUnsafe(queue, { _tag: "Lost" })
              )
            ),
            (unsubscribe) => Effect.sync(unsubscribe)
          ),
        { bufferSize: Infinity }
      )
  })
}

/** The text of one part comes with its head, and compressed. One that is broken is no text. */
const unpacked = (reply: BeginReply): Effect.Effect<BeginReply> => {
  const entry = reply._tag === "Hit" ? reply.entry : reply.stale
  if (entry?.body === undefined) return Effect.succeed(reply)
  return Effect.map(decompress(entry.body), (body) => {
    const whole: StoredEntry = { ...entry, body }
    return reply._tag === "Hit" ? { _tag: "Hit", entry: whole } : { ...reply, stale: whole }
  })
}

// What is no reply of these scripts came from something that is no Redis, or no client of it.
const understood = <A>(f: () => A): Effect.Effect<A, StoreError> =>
  Effect.try({ try: f, catch: (cause) => new StoreError({ kind: "unavailable", cause }) })

const readable = (message: string): StoreMessage | undefined => {
  try {
    return messageOf(message)
  } catch {
    // Somebody else uses the channel. What this library says there is said by its scripts.
    return undefined
  }
}
