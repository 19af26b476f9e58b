/**
 * Entity tags as Express makes them, hashed in turns of the event loop.
 */
import { createHash } from "node:crypto"
import { inPieces } from "./inPieces.ts"

/** Bytes hashed in one piece: some 50 us. */
const piece = 64 * 1024

/** `"<length in hex>-<first 27 digits of the SHA-1 in base64>"`, with `W/` before it where it is weak. */
export const etagOf = async (bytes: Uint8Array, kind: "weak" | "strong"): Promise<string> => {
  const hash = createHash("sha1")
  await inPieces(Math.ceil(bytes.length / piece), (i) => void hash.update(bytes.subarray(i * piece, (i + 1) * piece)))
  const tag = `"${bytes.length.toString(16)}-${hash.digest("base64").slice(0, 27)}"`
  return kind === "weak" ? `W/${tag}` : tag
}
