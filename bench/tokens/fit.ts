/**
 * Finds what each part of a text costs in tokens, and writes `src/tokens/internal/coefficients.ts`:
 *
 *     npm run fit:tokens
 *
 * Each set is cut into windows of 1,000 code units. Every other window is fitted on, each set with the same weight. The rest shows
 * how far off the estimate is: a set's bias is that of all its windows together, as a text is longer than a window. Then each set is
 * left out in turn, for what to expect of text that is like none of them.
 */
import { writeFileSync } from "node:fs"
import { scripts } from "../../src/tokens/internal/charClass.ts"
import { Estimator } from "../../src/tokens/internal/estimate.ts"
import * as F from "../../src/tokens/internal/features.ts"
import { fit, type Row } from "./leastSquares.ts"
import { references } from "./references.ts"
import { type TextSet, textSets, windowsOf } from "./sets.ts"

const hold = 2e-5

interface Windows {
  readonly set: TextSet
  readonly texts: ReadonlyArray<string>
}

const sets: ReadonlyArray<Windows> = textSets.map((set) => ({ set, texts: windowsOf(set.text(), 1000, 60) }))

const countsOf = (text: string): Float64Array => {
  const estimator = new Estimator()
  estimator.push(text)
  estimator.total(new Float64Array(F.size))
  return estimator.counts
}

// What a part costs where no window says: about what bytes and words cost.
const prior = new Float64Array(F.size).fill(0.3)
for (let i = 0; i < 12; i++) prior[F.word1 + i] = 0.9 + 0.05 * i
for (const [, script] of scripts) {
  prior[F.scriptRuns + script] = 0.1
  prior[F.scriptChars + script] = script === 25 ? 1 : 0.7
}
prior[F.denseChars] = 0.55
prior.fill(0, F.letters)

const least = new Float64Array(F.size).fill(-1, F.letters)

const rowsOf = ({ texts }: Windows, tokens: ReadonlyArray<number>): ReadonlyArray<Row> =>
  texts.map((text, i) => ({ counts: countsOf(text), tokens: tokens[i]!, weight: 1 / texts.length }))

const predict = (counts: Float64Array, coefficients: Float64Array): number =>
  counts.reduce((sum, count, i) => sum + count * coefficients[i]!, 0)

const biasOf = (rows: ReadonlyArray<Row>, coefficients: Float64Array): number =>
  rows.reduce((sum, row) => sum + predict(row.counts, coefficients), 0) /
    rows.reduce((sum, row) => sum + row.tokens, 0) -
  1

const half = (rows: ReadonlyArray<Row>, which: number): ReadonlyArray<Row> => rows.filter((_, i) => i % 2 === which)

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const summary = (biases: ReadonlyArray<number>): string => {
  const sizes = biases.map(Math.abs)
  return `mean ${percent(sizes.reduce((a, b) => a + b, 0) / sizes.length)}, worst ${percent(Math.max(...sizes))}`
}

const sources: Array<string> = []
for (const { name, load } of references) {
  const count = await load()
  const rows = sets.map((windows) => rowsOf(windows, windows.texts.map(count)))
  const coefficients = fit(
    rows.flatMap((rows) => half(rows, 0)),
    prior,
    least,
    hold
  )
  const unseen = rows.map((rows) => biasOf(half(rows, 1), coefficients))
  const leftOut = rows.map((own) => biasOf(own, fit(rows.filter((other) => other !== own).flat(), prior, least, hold)))
  const quarter = rows.map((rows, i) => {
    const text = sets[i]!.texts.join("").length
    return text / 4 / rows.reduce((sum, row) => sum + row.tokens, 0) - 1
  })
  console.log(`\n${name}: set, windows, bias on unseen windows, bias when the set is left out, characters / 4`)
  for (const [i, { set, texts }] of sets.entries()) {
    console.log(
      `  ${set.name}, ${texts.length}, ${percent(unseen[i]!)}, ${percent(leftOut[i]!)}, ${percent(quarter[i]!)}`
    )
  }
  console.log(`  ${sets.length} sets, unseen windows: ${summary(unseen)}`)
  console.log(`  ${sets.length} sets, each left out: ${summary(leftOut)}`)
  console.log(`  ${sets.length} sets, characters / 4: ${summary(quarter)}`)
  const numbers = Array.from(coefficients, (value) => String(Number(value.toFixed(3))))
  const lines = Array.from({ length: Math.ceil(numbers.length / 16) }, (_, i) => numbers.slice(i * 16, i * 16 + 16))
  sources.push(`  ${name}: read(`)
  sources.push(...lines.map((row, i) => `    "${row.join(" ")}${i + 1 < lines.length ? ' " +' : '"'}`), "  ),")
}

writeFileSync(
  new URL("../../src/tokens/internal/coefficients.ts", import.meta.url),
  `/**
 * What each part of a text costs in tokens, in the order of \`features.ts\`. Written by \`npm run fit:tokens\`, not by hand.
 */

/** One number a part. */
export type Coefficients = Float64Array

const read = (numbers: string): Coefficients => Float64Array.from(numbers.split(" "), Number)

export const coefficients = {
${sources.join("\n").replace(/,$/, "")}
} as const
`
)
