/**
 * Parts as they are stored: compressed, where that makes them smaller, on libuv's threads.
 *
 * No mark is needed beside them: zstd and gzip begin with bytes that no text in UTF-8 has one after the other, so that
 * a part says itself what it is, to this library and to `zstd -d`.
 */
import { promisify } from "node:util"
import { constants, gunzip, gzip, zstdCompress, zstdDecompress } from "node:zlib"
import * as Effect from "effect/Effect"
import type { Compression } from "../../CacheStore.ts"
import { partSize } from "../content.ts"

/** Smaller parts are stored as they are. */
const smallest = 16 * 1024

/** No part is larger than `partSize`. What claims to be is broken, or was put there to fill the memory. */
const largest = 4 * partSize

const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd]
const gzipMagic = [0x1f, 0x8b]

const compressors = { zstd: promisify(zstdCompress), gzip: promisify(gzip) }
const decompressors = { zstd: promisify(zstdDecompress), gzip: promisify(gunzip) }

const options = {
  zstd: { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: partSize },
  gzip: { level: 1, chunkSize: partSize }
}

/** A part as it is stored. One that does not become smaller stays as it is. */
export const compress = (bytes: Uint8Array, compression: Compression): Effect.Effect<Uint8Array> => {
  if (compression === "none" || bytes.length < smallest) return Effect.succeed(bytes)
  return Effect.map(
    Effect.promise(() => compressors[compression](bytes, options[compression])),
    (compressed) => (compressed.length < bytes.length ? compressed : bytes)
  )
}

/** The part as it was, in memory of its own; `undefined` if it is broken. */
export const decompress = (bytes: Uint8Array): Effect.Effect<Uint8Array | undefined> => {
  const method = begins(bytes, zstdMagic) ? "zstd" : begins(bytes, gzipMagic) ? "gzip" : undefined
  if (method === undefined) return Effect.succeed(own(bytes))
  return Effect.promise(() =>
    decompressors[method](bytes, { chunkSize: partSize, maxOutputLength: largest }).then(own, () => undefined)
  )
}

const begins = (bytes: Uint8Array, magic: ReadonlyArray<number>): boolean =>
  magic.every((byte, index) => bytes[index] === byte)

// What comes off a socket is a view of as much as came at once: a small text would keep all of that.
const own = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
