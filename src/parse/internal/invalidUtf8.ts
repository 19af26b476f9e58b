/**
 * Finds the first sequence that is no UTF-8, as the Encoding Standard has it.
 */

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** Bytes of the sequence that `lead` begins, 0 if it begins none. */
const lengthOf = (lead: number): number => {
  if (lead < 0x80) return 1
  if (lead >= 0xc2 && lead <= 0xdf) return 2
  if (lead >= 0xe0 && lead <= 0xef) return 3
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0
}

/** No overlong forms, no surrogates, nothing over U+10FFFF: told by the second byte. */
const isSecond = (lead: number, second: number): boolean => {
  if (lead === 0xe0) return second >= 0xa0
  if (lead === 0xed) return second <= 0x9f
  if (lead === 0xf0) return second >= 0x90
  return lead === 0xf4 ? second <= 0x8f : true
}

/** Where it begins, or -1. A sequence that `to` cuts off is bad only if the text ends there. */
export const firstInvalidUtf8 = (bytes: Uint8Array, from: number, to: number, isEnd: boolean): number => {
  for (let at = from; at < to;) {
    const lead = bytes[at]!
    const length = lengthOf(lead)
    if (length === 0) return at
    for (let i = 1; i < length; i++) {
      if (at + i >= to) return isEnd ? at : -1
      const byte = bytes[at + i]!
      if (!isContinuation(byte) || (i === 1 && !isSecond(lead, byte))) return at
    }
    at += length
  }
  return -1
}
