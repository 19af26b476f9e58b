/**
 * What stands between a text and the tokenizer, on the tokens thread.
 *
 * The library's functions are quick and exact on ordinary text, and this keeps them from what is not: no run that they
 * get is longer than 512 code units, as they take time in the square of that; each part is a copy, since their cache of
 * merged words holds slices of what it was given, and a slice keeps the whole text alive; halves of surrogate pairs are
 * made U+FFFD; and special tokens count as the characters that they are written with.
 */
import { cutInRun, lastSafeCut, maxRun } from "./cuts.ts"

/** What is used of `gpt-tokenizer/encoding/<name>`. */
export interface Tokenizer {
  countTokens(text: string, options: TokenizerOptions): number
  encode(text: string, options: TokenizerOptions): Array<number>
  setMergeCacheSize(size: number): void
}

interface TokenizerOptions {
  readonly disallowedSpecial: Set<string>
}

/**
 * More entries bring no speed, and half as many cost a quarter more on numbers. A word keeps its part alive: 20 MB at
 * most, of Latin.
 */
export const mergeCacheSize = 10_000

// Without it the library throws on `<|endoftext|>`.
const options: TokenizerOptions = { disallowedSpecial: new Set() }

/** Code units of a part. Longer ones keep more alive; shorter ones cost a call each, 2 us. */
const partSize = 4 * maxRun

/**
 * Calls back with every part of a text that the tokenizer may be given. Returns whether the counts of the parts are sure
 * to add up to the reference's: all cuts were at safe places, and no part holds a disputed character.
 */
export const forEachPart = (text: string, onPart: (part: string) => void): boolean => {
  const { length } = text
  let isSure = true
  // Of the part, and of what of it has been looked at.
  let from = 0
  let at = 0
  const take = (to: number): void => {
    const slice = text.slice(from, to)
    const ascii = copyOfAscii(slice)
    isSure &&= ascii !== undefined || !isDisputed(slice)
    onPart(ascii ?? copyOf(slice))
    from = to
  }
  while (length - at > maxRun) {
    const to = lastSafeCut(text, at, at + maxRun)
    if (to === -1) {
      at = cutInRun(text, at)
      isSure = false
    } else {
      at = to
      if (at - from < partSize - maxRun) continue
    }
    take(at)
  }
  if (from < length) take(length)
  return isSure
}

const encoder = new TextEncoder()
const scratch = Buffer.allocUnsafeSlow(partSize)

// One character beyond Latin makes V8 keep two bytes for each of a whole text, and of its slices. Most parts of most
// texts are ASCII all the same: copied into one byte each, they are looked up in a fifth less time.
const copyOfAscii = (text: string): string | undefined => {
  const { read, written } = encoder.encodeInto(text, scratch)
  return read === text.length && written === read ? scratch.toString("latin1", 0, written) : undefined
}

// Adding a character makes V8 write a new string; taking it off again gives a slice of that one.
const copyOf = (text: string): string => ` ${text}`.slice(1).toWellFormed()

/**
 * Characters that this library and the reference put into different classes: U+FEFF and U+0085, as white space is
 * JavaScript's for the one and Unicode's for the other; those that Unicode 17 has added, which Node knows and the
 * reference, with Unicode 16, does not; and the long s behind an apostrophe, which the reference takes for an s: it
 * compares contractions in either case.
 */
const disputed =
  /[\u0085\u088F\u0C5C\u0CDC\u1ACF-\u1ADD\u1AE0-\u1AEB\uA7CE\uA7CF\uA7D2\uA7D4\uA7F1\uFEFF\u{10940}-\u{10959}\u{10EC5}-\u{10EC7}\u{10EFA}\u{10EFB}\u{11B60}-\u{11B67}\u{11DB0}-\u{11DDB}\u{11DE0}-\u{11DE9}\u{16EA0}-\u{16EB8}\u{16EBB}-\u{16ED3}\u{16FF2}-\u{16FF6}\u{187F8}-\u{187FF}\u{18D09}-\u{18D1E}\u{18D80}-\u{18DF2}\u{1E6C0}-\u{1E6DE}\u{1E6E0}-\u{1E6F5}\u{1E6FE}\u{1E6FF}\u{2B73A}-\u{2B73F}\u{2CEA2}-\u{2CEAD}\u{323B0}-\u{33479}]|'\u017F/u

// Of each character of theirs the first code unit: without the flag `u` it takes a third of the time.
const suspicious =
  /[\u0085\u017F\u088F\u0C5C\u0CDC\u1ACF-\u1ADD\u1AE0-\u1AEB\uA7CE\uA7CF\uA7D2\uA7D4\uA7F1\uFEFF\uD802\uD803\uD806\uD807\uD81B\uD820-\uD823\uD839\uD86D\uD873\uD888-\uD88D]/

/** Whether a text holds a character by which its count may differ from the reference's. */
export const isDisputed = (text: string): boolean => suspicious.test(text) && disputed.test(text)

/** A count, and whether it is sure to be the reference's. */
export interface GuardedCount {
  readonly tokens: number
  readonly exact: boolean
}

export const countGuarded = (tokenizer: Tokenizer, text: string): GuardedCount => {
  let tokens = 0
  const exact = forEachPart(text, (part) => {
    tokens += tokenizer.countTokens(part, options)
  })
  return { tokens, exact }
}

export const encodeGuarded = (tokenizer: Tokenizer, text: string): Uint32Array => {
  const ids: Array<number> = []
  forEachPart(text, (part) => {
    for (const id of tokenizer.encode(part, options)) ids.push(id)
  })
  return Uint32Array.from(ids)
}
