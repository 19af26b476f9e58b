/**
 * The text of an entry of the store: whole and as it was, or not at all.
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { type Compression, StoreError, type StoredEntry } from "../CacheStore.ts"
import type { Content } from "./content.ts"
import type { StoreClient } from "./storeClient.ts"
import { within } from "./within.ts"

/** Parts that are on their way at a time. More are no faster, and pieces of 1 MB a turn are seen on the event loop. */
export const partsAtATime = 4

// What arrives in a turn is read in that turn. Parts that are not compressed are large enough to be seen at four.
const readAtATime = (compression: Compression): number => (compression === "none" ? 2 : partsAtATime)

/** The text of an entry, or `undefined` where a part is missing, or the length or the digest is another. */
export const loadContent = (
  client: StoreClient,
  { body, head }: StoredEntry
): Effect.Effect<Content | undefined, StoreError> =>
  Effect.suspend(() => {
    const hash = createHash("sha256")
    const parts = new Array<Uint8Array | undefined>(head.parts).fill(undefined)
    let size = 0
    let hashed = 0
    const take = (index: number, part: Uint8Array | undefined): boolean => {
      if (part === undefined) return false
      parts[index] = part
      for (let next = parts[hashed]; next !== undefined; next = parts[++hashed]) {
        hash.update(next)
        size += next.length
      }
      return true
    }
    const content = (): Content | undefined => {
      if (hashed !== head.parts || size !== head.size) return undefined
      if (`"${hash.digest("base64url")}"` !== head.etag) return undefined
      const { etag, kind, truncated } = head
      return { kind, parts: parts as ReadonlyArray<Uint8Array>, size, etag, truncated }
    }
    if (head.parts === 1) {
      take(0, body)
      return Effect.succeed(content())
    }
    const { namespace } = client
    let isBroken = false
    const allTaken = Effect.forEach(
      parts,
      (_, index) =>
        Effect.suspend(() => {
          if (isBroken) return Effect.void
          return Effect.map(
            client.call("part", (store) => store.part(namespace, { id: head.id, index })),
            (part) => {
              if (!take(index, part)) isBroken = true
            }
          )
        }),
      { concurrency: readAtATime(head.compression), discard: true }
    )
    return Effect.map(within(allTaken, client.transferTimeout, tooLate), content)
  })

const tooLate = () =>
  Effect.fail(new StoreError({ kind: "unavailable", cause: new Error("The text did not come in time") }))
