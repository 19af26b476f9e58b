/**
 * Text to UTF-8, as `TextEncoder` does it.
 *
 * Node 24's encoder is slow with text of one byte a character that is not ASCII: it takes 14 us for 32 K of Latin-1,
 * and `Buffer.write` takes 1 (`bench/claims.ts`). Node 26's encoder is as fast as `Buffer.write`.
 */
import { isOneByteText } from "./oneByteText.ts"

const encoder = new TextEncoder()
const isEncoderSlow = Number.parseInt(process.versions.node) < 26

/** With fewer bytes left, or fewer characters, `Buffer.write` gains nothing. */
const fewBytes = 2_048
const fewCharacters = 4_096

/**
 * Memory for bytes. Not filled with zeros: all of it is written before anybody sees it. `new Uint8Array` of 64 KB takes
 * ten times as long (`bench/claims.ts`).
 */
export const allocate = (size: number): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)

/** Code units that were read, and bytes that were written. */
export type Progress = ReturnType<TextEncoder["encodeInto"]>

/**
 * Writes from `at` on what there is room for, or a part of that. Nothing is read when there is no room for a character.
 */
export const writeText = (text: string, target: Uint8Array, at: number): Progress => {
  const room = target.length - at
  if (!isEncoderSlow || room < fewBytes || !isOneByteText(text)) {
    return encoder.encodeInto(text, at === 0 ? target : target.subarray(at))
  }
  // As many as fit if each takes two bytes.
  const read = Math.min(text.length, room >> 1)
  const rest = Buffer.from(target.buffer, target.byteOffset + at, room)
  return { read, written: rest.write(read === text.length ? text : text.slice(0, read)) }
}

/** For the bytes of a text whose length nobody knows yet: used anew each time. */
let room = Buffer.allocUnsafeSlow(0)
/** A frame of three bytes a character fits. */
const largestRoom = 192 * 1024

/** The bytes of a text, in a buffer of their own. */
export const toBytes = (text: string): Uint8Array<ArrayBuffer> => {
  if (!isEncoderSlow || text.length < fewCharacters) return encoder.encode(text)
  if (text.length * 3 > largestRoom) {
    const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
    bytes.write(text)
    return new Uint8Array(bytes.buffer)
  }
  if (room.length === 0) room = Buffer.allocUnsafeSlow(largestRoom)
  return new Uint8Array(room.buffer.slice(0, room.write(text)))
}
