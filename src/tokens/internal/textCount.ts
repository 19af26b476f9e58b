/**
 * The count of one text that is added piece by piece, however it is divided: with a table on a thread, or by
 * estimating.
 */
import * as Effect from "effect/Effect"
import { realTimers } from "../../internal/turns/realTimers.ts"
import type { TokensError } from "../TokensError.ts"
import { addInTurns, type TextSink } from "./addInTurns.ts"
import type { Coefficients } from "./coefficients.ts"
import { Estimator } from "./estimate.ts"
import { Pieces } from "./pieces.ts"
import type { Table } from "./table.ts"

/** Tokens before any factor. */
export interface RawCount {
  readonly tokens: number
  readonly exact: boolean
  /** How many of the tokens were estimated because threads failed; undefined where none failed. */
  readonly fallback: number | undefined
  readonly bytes: number
}

export interface TextCount {
  /** Tokens that were counted so far. */
  readonly soFar: number
  /** Counts what can be counted already. */
  add(text: string): Effect.Effect<void, TokensError>
  /** Counts the rest. */
  readonly end: Effect.Effect<RawCount, TokensError>
}

/** A count by estimating, on the calling thread, in turns. */
export class EstimatedCount implements TextCount, TextSink {
  bytes = 0
  private readonly estimator = new Estimator()
  private readonly coefficients: Coefficients

  constructor(coefficients: Coefficients) {
    this.coefficients = coefficients
  }

  get tokens(): number {
    return Math.ceil(this.estimator.total(this.coefficients))
  }

  get soFar(): number {
    return Math.floor(this.estimator.soFar(this.coefficients))
  }

  push(text: string, from: number, to: number): void {
    this.estimator.push(text, from, to)
    this.bytes += Buffer.byteLength(text.slice(from, to))
  }

  add(text: string): Effect.Effect<void> {
    return addInTurns(this, text)
  }

  readonly end: Effect.Effect<RawCount> = Effect.sync(() => ({
    tokens: this.tokens,
    exact: false,
    fallback: undefined,
    bytes: this.bytes
  }))
}

/** Milliseconds that a trip to the thread may take. Others wait for the thread as long. */
const tripTime = 200

/** Pieces of a trip: even of the text that takes longest they are counted well before a task times out. */
const maxBatch = 4

/** A text that a thread counts piece by piece. When threads fail for good, the rest of it is estimated. */
export class TableCount implements TextCount {
  private readonly table: Table
  private readonly coefficients: Coefficients
  private readonly pieces = new Pieces()
  private tokens = 0
  private exact = true
  private bytes = 0
  private rest: EstimatedCount | undefined
  /** How many pieces go to the thread together. */
  private batch = 1

  constructor(table: Table, coefficients: Coefficients) {
    this.table = table
    this.coefficients = coefficients
  }

  get soFar(): number {
    return this.tokens + (this.rest?.soFar ?? 0)
  }

  /** Code units that were added and not counted. */
  get left(): number {
    return this.pieces.rest
  }

  add(text: string): Effect.Effect<void, TokensError> {
    return Effect.suspend(() => {
      this.pieces.push(text)
      return this.countAll
    })
  }

  readonly end: Effect.Effect<RawCount, TokensError> = Effect.suspend(() => {
    this.pieces.end()
    return Effect.map(this.countAll, () => this.result)
  })

  /** Takes the whole text, to be counted by `countNext` or `countAll`. */
  addWhole(text: string): void {
    this.pieces.push(text)
    this.pieces.end()
  }

  /** Counts the next piece, if there is one to count. */
  readonly countNext: Effect.Effect<void, TokensError> = Effect.suspend(() => this.countPieces(this.take(1)))

  /** Counts all pieces that there are to count. */
  readonly countAll: Effect.Effect<void, TokensError> = Effect.suspend(() => {
    const pieces = this.take(this.batch)
    return pieces.length === 0 ? Effect.void : Effect.flatMap(this.countPieces(pieces), () => this.countAll)
  })

  /** What was counted so far. */
  get result(): RawCount {
    const { rest } = this
    return {
      tokens: this.tokens + (rest?.tokens ?? 0),
      exact: this.exact && rest === undefined,
      fallback: rest?.tokens,
      bytes: this.bytes + (rest?.bytes ?? 0)
    }
  }

  private take(most: number): ReadonlyArray<string> {
    const taken: Array<string> = []
    for (let piece; taken.length < most && (piece = this.pieces.next()) !== undefined;) taken.push(piece)
    return taken
  }

  private countPieces(pieces: ReadonlyArray<string>): Effect.Effect<void, TokensError> {
    const { rest } = this
    if (rest !== undefined) return Effect.forEach(pieces, (piece) => rest.add(piece), { discard: true })
    const began = realTimers.now()
    return Effect.flatMap(this.table.count(pieces), (counts) => {
      if (counts === undefined) {
        this.rest = new EstimatedCount(this.coefficients)
        return this.countPieces(pieces)
      }
      for (const { exact, tokens } of counts) {
        this.tokens += tokens
        this.exact &&= exact
      }
      for (const piece of pieces) this.bytes += Buffer.byteLength(piece)
      const perPiece = (realTimers.now() - began) / pieces.length
      this.batch = Math.max(1, Math.min(maxBatch, 2 * this.batch, Math.floor(tripTime / perPiece)))
      return Effect.void
    })
  }
}
