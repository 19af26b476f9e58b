/**
 * Entity tags as Express makes them, hashed in turns of the event loop.
 */
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import { createHash } from "node:crypto"
import { charged, isTurnOver, nextTurn } from "../../schema/internal/turn.ts"
import { type Chunks, lengthOf } from "./chunks.ts"

export type EtagKind = "weak" | "strong"

/** Bytes hashed in one piece: some 50 us. */
const piece = 64 * 1024

/** `"<length in hex>-<first 27 digits of the SHA-1 in base64>"`, with `W/` before it where it is weak. */
export const etagOf = Effect.fnUntraced(function* (chunks: Chunks, kind: EtagKind) {
  const hash = createHash("sha1")
  for (const bytes of chunks) {
    for (let at = 0; at < bytes.length; at += piece) {
      if (isTurnOver()) yield* nextTurn
      charged(() => hash.update(bytes.subarray(at, at + piece)))
    }
  }
  const tag = `"${lengthOf(chunks).toString(16)}-${hash.digest("base64").slice(0, 27)}"`
  return kind === "weak" ? `W/${tag}` : tag
})

const withoutWeakness = (tag: string): string => (tag.startsWith("W/") ? tag.slice(2) : tag)

/** Does the client have what carries this tag? */
export const isFresh = ({ headers, method }: HttpServerRequest, etag: string): boolean => {
  const known = headers["if-none-match"]
  if (known === undefined || (method !== "GET" && method !== "HEAD")) return false
  if (known.trim() === "*") return true
  return known.split(",").some((tag) => withoutWeakness(tag.trim()) === withoutWeakness(etag))
}
