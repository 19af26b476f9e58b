/**
 * What `Tokens` does with a table: many texts in few trips, whether one fits, its ids.
 */
import * as Effect from "effect/Effect"
import { margin, openEnd } from "../../internal/limit/tokenMeter.ts"
import type { TokensError } from "../TokensError.ts"
import type { Coefficients } from "./coefficients.ts"
import { Pieces, shortPiece } from "./pieces.ts"
import type { Table } from "./table.ts"
import { EstimatedCount, type RawCount, TableCount } from "./textCount.ts"

/** No token of the tables is longer, in bytes of UTF-8. */
const longestToken = 128

/** Nor has a code unit more bytes, and each byte is a token at most. */
const bytesOfUnit = 3

/** Counts a whole text. */
export const countWhole = (
  table: Table,
  coefficients: Coefficients,
  text: string
): Effect.Effect<RawCount, TokensError> =>
  Effect.suspend(() => {
    const count = new TableCount(table, coefficients)
    count.addWhole(text)
    return Effect.map(count.countAll, () => count.result)
  })

const empty: RawCount = { tokens: 0, exact: true, fallback: undefined, bytes: 0 }

/** Counts many texts: short ones together, as many as are a piece. */
export const countTogether = Effect.fnUntraced(function* (
  table: Table,
  coefficients: Coefficients,
  texts: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<RawCount>, TokensError> {
  const counts: Array<RawCount> = []
  while (counts.length < texts.length) {
    const from = counts.length
    const to = endOfBatch(texts, from)
    const batch = texts.slice(from, to)
    if (to === from + 1) {
      const [text] = batch as [string]
      counts.push(text === "" ? empty : yield* countWhole(table, coefficients, text))
      continue
    }
    const answer = yield* table.count(batch)
    for (const [i, text] of batch.entries()) {
      const counted = answer?.[i]
      counts.push(
        counted === undefined
          ? yield* estimateInstead(coefficients, text)
          : { ...counted, fallback: undefined, bytes: Buffer.byteLength(text) }
      )
    }
  }
  return counts
})

const endOfBatch = (texts: ReadonlyArray<string>, from: number): number => {
  let length = texts[from]!.length
  let to = from + 1
  while (to < texts.length && (length += texts[to]!.length) <= shortPiece) to++
  return to
}

const estimateInstead = (coefficients: Coefficients, text: string): Effect.Effect<RawCount> => {
  const count = new EstimatedCount(coefficients)
  return Effect.map(Effect.andThen(count.add(text), count.end), (raw) => ({ ...raw, fallback: raw.tokens }))
}

/** Whether a text has at most `limit` tokens, times `factor`. Counts no more of it than that takes. */
export const fitsTable = (
  table: Table,
  coefficients: Coefficients,
  text: string,
  limit: number,
  factor: number
): Effect.Effect<boolean, TokensError> => {
  const count = new TableCount(table, coefficients)
  count.addWhole(text)
  const decide: Effect.Effect<boolean, TokensError> = Effect.suspend(() => {
    const { fallback = 0, tokens } = count.result
    const counted = tokens + fallback * (margin - 1)
    if (multiplied(counted + count.left / longestToken, factor) > limit) return Effect.succeed(false)
    if (multiplied(counted + count.left * bytesOfUnit, factor) <= limit) return Effect.succeed(true)
    return Effect.andThen(count.countNext, decide)
  })
  return decide
}

/** Code units that are estimated before it is asked whether they are too many. */
const step = 65_536

/** The same by estimating. Counts no more of the text than shows that it is over. */
export const fitsEstimate = (
  coefficients: Coefficients,
  text: string,
  limit: number,
  factor: number
): Effect.Effect<boolean> => {
  const count = new EstimatedCount(coefficients)
  const from = (at: number): Effect.Effect<boolean> =>
    Effect.flatMap(count.add(text.slice(at, at + step)), () => {
      if (at + step >= text.length) return Effect.succeed(multiplied(count.tokens, factor) <= limit)
      // An estimate may go down a little as a text goes on.
      if (multiplied(count.soFar - openEnd, factor) > limit) return Effect.succeed(false)
      return from(at + step)
    })
  return limit === Infinity ? Effect.succeed(true) : Effect.suspend(() => from(0))
}

/** The ids of a text, piece by piece. */
export const encodeWhole = (table: Table, text: string): Effect.Effect<Array<number>, TokensError> =>
  Effect.suspend(() => {
    const pieces = new Pieces()
    const all: Array<number> = []
    pieces.push(text)
    pieces.end()
    const next: Effect.Effect<Array<number>, TokensError> = Effect.suspend(() => {
      const piece = pieces.next()
      if (piece === undefined) return Effect.succeed(all)
      return Effect.flatMap(table.encode(piece), (ids) => {
        for (const id of ids) all.push(id)
        return next
      })
    })
    return next
  })

/** Tokens times a factor, rounded up. What the multiplication itself adds does not count. */
export const multiplied = (tokens: number, factor: number): number =>
  factor === 1 ? Math.ceil(tokens) : Math.ceil(tokens * factor - 1e-9 * tokens)
