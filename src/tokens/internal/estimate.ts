/**
 * What a text comes to in tokens, from counts of what it is made of: no table, no thread, one pass over code units.
 *
 * The parts are chosen by what tokenizers do: words by length, since common short ones are one token; punctuation by
 * length, since `":{"` is one token and `;` is another; runs that mix letters and digits, such as base64 and ids, which
 * fall into small parts; other scripts by characters and by runs. `bench/tokens/fit.ts` finds what each part costs. A
 * text gives the same in one piece as in many.
 */
import type { Coefficients } from "./coefficients.ts"
import * as F from "./features.ts"
import { classOf, isScript, scriptOf } from "./charClass.ts"
import * as C from "./charClass.ts"

const longWord = 12

export class Estimator {
  /**
   * How often each part came, by its number in `features.ts`. What is still open at the end of the text is not in it.
   */
  readonly counts = new Float64Array(F.size)
  // What the open run is, and what is known of it.
  private kind: number = C.other
  private length = 0
  private last = 0
  // Of an open run of letters and digits: the word in it, the digits in it, what came before, and how often it changed
  // between them.
  private word = 0
  private digits = 0
  private mixedLength = 0
  private changes = 0
  private before: number = C.other
  private wordsInRun = 0
  private readonly inRun = new Float64Array(F.mixedSize)

  /** Adds text, from one code unit up to another. */
  push(text: string, from = 0, to = text.length): void {
    for (let i = from; i < to; i++) {
      const unit = text.charCodeAt(i)
      const kind = classOf(unit)
      if (kind === C.lower || kind === C.upper || kind === C.digit || kind === C.accented) this.alphanumeric(unit, kind)
      else if (kind !== this.kind) this.begin(kind)
      else this.goOn(unit, kind)
      this.last = unit
    }
  }

  /** The estimate of all that was added, not rounded. */
  total(coefficients: Coefficients): number {
    this.begin(C.end)
    return this.soFar(coefficients)
  }

  /** The estimate of what is over, without the run at the end. */
  soFar(coefficients: Coefficients): number {
    let sum = 0
    for (let i = 0; i < F.size; i++) sum += this.counts[i]! * coefficients[i]!
    return sum
  }

  private alphanumeric(unit: number, kind: number): void {
    if (this.kind !== C.lower && this.kind !== C.upper && this.kind !== C.digit && this.kind !== C.accented) {
      this.endRun(kind)
      this.before = this.kind
      this.kind = kind
      this.mixedLength = 0
      this.changes = 0
      this.word = 0
      this.digits = 0
      this.wordsInRun = 0
    } else if ((kind === C.digit) !== (this.kind === C.digit)) {
      this.changes++
      this.endWord()
      this.endDigits()
    } else if (kind === C.upper && this.kind !== C.upper) {
      this.endWord()
    }
    this.mixedLength++
    if (kind === C.digit) this.digits++
    else {
      this.word++
      if (kind === C.accented) this.inRun[scriptOf(unit) === 1 ? F.accentedFar : F.accentedNear]!++
      else {
        this.counts[F.letters + (unit | 32) - 97]!++
        if (kind === C.upper) this.inRun[F.capital]!++
      }
    }
    this.kind = kind
  }

  private begin(kind: number): void {
    this.endRun(kind)
    this.kind = kind
    this.length = 1
    if (isScript(kind)) {
      this.counts[F.scriptRuns + kind]!++
      this.counts[F.scriptChars + kind]!++
    } else if (kind === C.lineBreak && this.last !== 0 && classOf(this.last) === C.punctuation) {
      this.counts[F.breakAfterPunctuation]!++
    }
  }

  private goOn(unit: number, kind: number): void {
    if (isScript(kind)) this.counts[F.scriptChars + kind]!++
    else if (kind === C.punctuation && unit === this.last && this.length >= 2) this.counts[F.samePunctuation]!++
    else this.length++
  }

  // What the run that ends here comes to. `next` is what comes after it.
  private endRun(next: number): void {
    const { counts, length } = this
    switch (this.kind) {
      case C.lower:
      case C.upper:
      case C.digit:
      case C.accented:
        this.endMixed()
        break
      case C.punctuation:
        if (length === 1) counts[next <= C.accented && next !== C.digit ? F.punctuationBeforeLetter : F.punctuation1]!++
        else if (length <= 4) counts[F.punctuation1 + length - 1]!++
        else {
          counts[F.punctuation1 + 3]!++
          counts[F.punctuationFurther]! += length - 4
        }
        break
      case C.space:
        if (length > 1) {
          counts[F.spaceRun]!++
          counts[F.spaceFurther]! += Math.max(0, length - 16)
        } else if (next === C.digit) counts[F.spaceBeforeDigit]!++
        else if (next === C.lineBreak || next === C.end) counts[F.spaceAtEnd]!++
        else counts[F.space]!++
        break
      case C.lineBreak:
        counts[F.breakRun]!++
        counts[F.breakFurther]! += length - 1
        break
    }
  }

  private endMixed(): void {
    this.endWord()
    this.endDigits()
    const { counts, inRun, mixedLength } = this
    if (mixedLength >= 6 && this.changes * 5 >= mixedLength) {
      counts[F.denseRun]!++
      counts[F.denseChars]! += mixedLength
    } else {
      for (let i = 0; i < F.mixedSize; i++) counts[i]! += inRun[i]!
      if (this.before !== C.space) counts[F.gluedRun]!++
    }
    inRun.fill(0)
  }

  private endWord(): void {
    const { inRun, word } = this
    if (word === 0) return
    inRun[F.word1 + Math.min(word, longWord) - 1]!++
    if (word > longWord) inRun[F.wordFurther]! += word - longWord
    if (this.wordsInRun > 0) inRun[F.innerWord]!++
    this.wordsInRun++
    this.word = 0
  }

  private endDigits(): void {
    if (this.digits === 0) return
    this.inRun[F.digit]! += this.digits
    this.inRun[F.digitGroup]! += Math.ceil(this.digits / 3)
    this.digits = 0
  }
}

/** The estimate of a whole text, rounded up. */
export const estimateTokens = (text: string, coefficients: Coefficients): number => {
  const estimator = new Estimator()
  estimator.push(text)
  return Math.ceil(estimator.total(coefficients))
}
