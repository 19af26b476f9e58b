/**
 * The parts of a text that the estimator counts, each with its number: its place in `counts` and among the
 * coefficients.
 */
import { scriptCount } from "./charClass.ts"

// Of runs of letters and digits. They come first, as they are counted anew when a run turns out to be dense.
/** Words of one letter; those of two to twelve follow. */
export const word1 = 0
/** Letters of a word after the twelfth. */
export const wordFurther = 12
export const capital = 13
export const accentedNear = 14
export const accentedFar = 15
/** Words behind others of the same run, as in `camelCase`. */
export const innerWord = 16
export const digit = 17
/** Groups of three digits, as all tokenizers take them. */
export const digitGroup = 18
export const mixedSize = 19

export const denseRun = 19
export const denseChars = 20
/** Runs of letters and digits that come after something else than a space. */
export const gluedRun = 21
export const punctuationBeforeLetter = 22
/** Punctuation of one character; that of two, of three, and of four and more follows. */
export const punctuation1 = 23
export const punctuationFurther = 27
/** Characters that repeat the one before, as in rulers. */
export const samePunctuation = 28
export const space = 29
export const spaceBeforeDigit = 30
export const spaceAtEnd = 31
export const spaceRun = 32
export const spaceFurther = 33
export const breakRun = 34
export const breakFurther = 35
export const breakAfterPunctuation = 36
/** By script: how many runs. */
export const scriptRuns = 37
/** By script: how many code units. */
export const scriptChars = scriptRuns + scriptCount

/** By ASCII letter, of either case: which language it is. These may cost less than nothing. */
export const letters = scriptChars + scriptCount

export const size = letters + 26
