/**
 * What a code unit is, for the estimator: a letter, a digit, white space, punctuation, or a character of some script.
 */

// Alphanumeric ones first, so that one comparison tells them.
export const lower = 32
export const upper = 33
export const digit = 34
/** A letter of a Latin script outside ASCII. */
export const accented = 35
export const punctuation = 36
export const space = 37
export const lineBreak = 38
/** Control characters. */
export const other = 39
/** No code unit: the end of the text. */
export const end = 40

/** Whether a class is a script: those have the numbers from 0 on. */
export const isScript = (kind: number): boolean => kind < lower

/** Ranges of code units, from and to, with the number of their script. What is in none is `unknownScript`. */
export const scripts: ReadonlyArray<
  readonly [name: string, script: number, ...ranges: ReadonlyArray<readonly [number, number]>]
> = [
  ["Latin, accented", 0, [0xc0, 0x24f]],
  ["Latin, additional", 1, [0x250, 0x2af], [0x1e00, 0x1eff], [0x300, 0x36f]],
  ["Greek", 2, [0x370, 0x3ff], [0x1f00, 0x1fff]],
  ["Cyrillic", 3, [0x400, 0x52f]],
  ["Armenian", 4, [0x530, 0x58f]],
  ["Hebrew", 5, [0x590, 0x5ff], [0xfb10, 0xfb4f]],
  ["Arabic", 6, [0x600, 0x8ff], [0xfb50, 0xfdff], [0xfe70, 0xfeff]],
  ["Devanagari", 7, [0x900, 0x97f]],
  ["Bengali", 8, [0x980, 0x9ff]],
  ["Gurmukhi, Gujarati, Oriya", 9, [0xa00, 0xb7f]],
  ["Tamil", 10, [0xb80, 0xbff]],
  ["Telugu, Kannada", 11, [0xc00, 0xcff]],
  ["Malayalam, Sinhala", 12, [0xd00, 0xdff]],
  ["Thai", 13, [0xe00, 0xe7f]],
  ["Lao, Tibetan", 14, [0xe80, 0xfff]],
  ["Burmese", 15, [0x1000, 0x109f]],
  ["Georgian", 16, [0x10a0, 0x10ff], [0x1c90, 0x1cbf]],
  ["Ethiopic", 17, [0x1200, 0x139f]],
  ["Khmer", 18, [0x1780, 0x17ff]],
  ["Kana", 19, [0x3040, 0x30ff], [0x31f0, 0x31ff]],
  ["Han", 20, [0x3400, 0x9fff], [0xf900, 0xfaff]],
  ["Hangul", 21, [0xac00, 0xd7af], [0x1100, 0x11ff], [0x3130, 0x318f]],
  ["Punctuation, CJK", 22, [0x3000, 0x303f], [0xff00, 0xffef]],
  ["Punctuation, Latin", 23, [0x80, 0xbf]],
  ["Symbols", 24, [0x2000, 0x2bff], [0xfe00, 0xfe0f]],
  ["Surrogates", 25, [0xd800, 0xdfff]]
]

export const unknownScript = 26

/** How many numbers of scripts there are. */
export const scriptCount = 27

// By blocks of sixteen, which no range divides.
const scriptOfBlock = new Uint8Array(4096).fill(unknownScript)
for (const [, script, ...ranges] of scripts) {
  for (const [from, to] of ranges) scriptOfBlock.fill(script, from >>> 4, (to >>> 4) + 1)
}

export const scriptOf = (unit: number): number => scriptOfBlock[unit >>> 4]!

const classOfAscii = Uint8Array.from({ length: 128 }, (_, unit) => {
  if (unit >= 0x61 && unit <= 0x7a) return lower
  if (unit >= 0x41 && unit <= 0x5a) return upper
  if (unit >= 0x30 && unit <= 0x39) return digit
  if (unit === 0x20 || unit === 0x09) return space
  if (unit === 0x0a || unit === 0x0d) return lineBreak
  return unit > 0x20 && unit < 0x7f ? punctuation : other
})

/** The class of a code unit. */
export const classOf = (unit: number): number => {
  if (unit < 128) return classOfAscii[unit]!
  const script = scriptOf(unit)
  return script <= 1 ? accented : script
}
