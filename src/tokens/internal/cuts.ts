/**
 * Where a text may be cut so that the counts of both sides add up to the whole's.
 *
 * The patterns by which the tokenizers cut a text into words never cross such a place, and look ahead only behind white
 * space: a number ends where a digit is followed by none; a word ends where a letter is followed by no letter, mark or
 * apostrophe; white space that is no line break always begins something new. It holds for `o200k_base` and
 * `cl100k_base`.
 */

/** A run without a safe place is cut after so many code units: merging takes time in the square of a word's length. */
export const maxRun = 512

const letter = 1
const number = 2
const mark = 4
const space = 8
const lineBreak = 16
const apostrophe = 32
const isKnown = 128

// Filled on the way: 65,536 entries would take longer to fill than most texts take to cut.
const classes = new Uint8Array(65_536)

const classify = (char: string): number => {
  if (/\p{L}/u.test(char)) return letter
  if (/\p{N}/u.test(char)) return number
  if (/\p{M}/u.test(char)) return mark
  if (char === "\r" || char === "\n") return space | lineBreak
  if (/\s/u.test(char)) return space
  return char === "'" ? apostrophe : 0
}

const classOfUnit = (unit: number): number => {
  const known = classes[unit]!
  return known === 0 ? (classes[unit] = classify(String.fromCharCode(unit)) | isKnown) : known
}

const isHigh = (unit: number): boolean => (unit & 0xfc00) === 0xd800
const isLow = (unit: number): boolean => (unit & 0xfc00) === 0xdc00

const classOfPair = (high: number, low: number): number => classify(String.fromCharCode(high, low))

const classBefore = (text: string, at: number): number => {
  const unit = text.charCodeAt(at - 1)
  if (isLow(unit) && at > 1) {
    const high = text.charCodeAt(at - 2)
    if (isHigh(high)) return classOfPair(high, unit)
  }
  return classOfUnit(unit)
}

const classAfter = (text: string, at: number): number => {
  const unit = text.charCodeAt(at)
  if (isHigh(unit) && at + 1 < text.length) {
    const low = text.charCodeAt(at + 1)
    if (isLow(low)) return classOfPair(unit, low)
  }
  return classOfUnit(unit)
}

const isInPair = (text: string, at: number): boolean => isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))

/** Whether the text may be cut before the code unit `at`, which is neither the first nor beyond the last. */
export const isSafeCut = (text: string, at: number): boolean => {
  if (isInPair(text, at)) return false
  const before = classBefore(text, at)
  const after = classAfter(text, at)
  if ((before & number) !== 0) return (after & number) === 0
  if ((before & letter) !== 0 && (after & (letter | mark | apostrophe)) === 0) return true
  return (before & space) === 0 && (after & (space | lineBreak)) === space
}

/**
 * The last safe place after `from` and not after `to`, or -1. The text goes on for at least one code point after `to`.
 */
export const lastSafeCut = (text: string, from: number, to: number): number => {
  for (let at = to; at > from; at--) if (isSafeCut(text, at)) return at
  return -1
}

/** Where a run without a safe place that begins at `from` is cut: after `maxRun` code units, never inside a pair. */
export const cutInRun = (text: string, from: number): number => {
  const to = from + maxRun
  return isInPair(text, to) ? to - 1 : to
}
