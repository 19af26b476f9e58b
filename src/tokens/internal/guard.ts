/**
 * What stands between a text and the tokenizer, on the tokens thread.
 *
 * The library's functions are quick and exact on ordinary text, and this keeps them from what is not: they get parts of at most
 * 512 code units, as they take time in the square of a run's length; each part is a copy, since their cache of merged words holds
 * slices of what it was given, and a slice keeps the whole text alive; halves of surrogate pairs are made U+FFFD; and special
 * tokens count as the characters that they are written with.
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

/** More entries bring no speed; with parts of 512 code units these keep 10 MB alive at most. */
export const mergeCacheSize = 10_000

// Without it the library throws on `<|endoftext|>`.
const options: TokenizerOptions = { disallowedSpecial: new Set() }

/** Calls back with every part of a text that the tokenizer may be given. Returns whether all cuts were at safe places. */
export const forEachPart = (text: string, onPart: (part: string) => void): boolean => {
  const { length } = text
  let isSafe = true
  let from = 0
  while (length - from > maxRun) {
    let to = lastSafeCut(text, from, from + maxRun)
    if (to === -1) {
      to = cutInRun(text, from)
      isSafe = false
    }
    onPart(copyOf(text, from, to))
    from = to
  }
  if (from < length) onPart(copyOf(text, from, length))
  return isSafe
}

// Adding a character makes V8 write a new string; taking it off again gives a slice of that one.
const copyOf = (text: string, from: number, to: number): string => ` ${text.slice(from, to)}`.slice(1).toWellFormed()

/**
 * Characters that this library and the reference put into different classes: U+FEFF and U+0085, as white space is JavaScript's for the
 * one and Unicode's for the other; and those that Unicode 17 has added, which Node knows and the reference, with Unicode 16, does not.
 */
const disputed =
  /[\u0085\u088F\u0C5C\u0CDC\u1ACF-\u1ADD\u1AE0-\u1AEB\uA7CE\uA7CF\uA7D2\uA7D4\uA7F1\uFEFF\u{10940}-\u{10959}\u{10EC5}-\u{10EC7}\u{10EFA}\u{10EFB}\u{11B60}-\u{11B67}\u{11DB0}-\u{11DDB}\u{11DE0}-\u{11DE9}\u{16EA0}-\u{16EB8}\u{16EBB}-\u{16ED3}\u{16FF2}-\u{16FF6}\u{187F8}-\u{187FF}\u{18D09}-\u{18D1E}\u{18D80}-\u{18DF2}\u{1E6C0}-\u{1E6DE}\u{1E6E0}-\u{1E6F5}\u{1E6FE}\u{1E6FF}\u{2B73A}-\u{2B73F}\u{2CEA2}-\u{2CEAD}\u{323B0}-\u{33479}]/u

/** Whether a text holds a character by which its count may differ from the reference's. */
export const isDisputed = (text: string): boolean => disputed.test(text)

/** A count, and whether it is sure to be the reference's. */
export interface GuardedCount {
  readonly tokens: number
  readonly exact: boolean
}

export const countGuarded = (tokenizer: Tokenizer, text: string): GuardedCount => {
  let tokens = 0
  const isSafe = forEachPart(text, (part) => {
    tokens += tokenizer.countTokens(part, options)
  })
  return { tokens, exact: isSafe && !isDisputed(text) }
}

export const encodeGuarded = (tokenizer: Tokenizer, text: string): Uint32Array => {
  const ids: Array<number> = []
  forEachPart(text, (part) => {
    for (const id of tokenizer.encode(part, options)) ids.push(id)
  })
  return Uint32Array.from(ids)
}
