import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch, Logger } from "effect"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { vi } from "vitest"
import { Tokens, type TokensOptions } from "../../src/tokens/Tokens.ts"
import { TokensError, UnknownModel } from "../../src/tokens/TokensError.ts"
import { coefficients } from "../../src/tokens/internal/coefficients.ts"
import type { GuardedCount } from "../../src/tokens/internal/guard.ts"
import { countTogether, fitsTable } from "../../src/tokens/internal/counts.ts"
import type { Table } from "../../src/tokens/internal/table.ts"
import { pieceSize } from "../../src/tokens/internal/pieces.ts"
import { TableCount } from "../../src/tokens/internal/textCount.ts"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import { patient } from "./patient.ts"

const live = (options?: TokensOptions) =>
  Tokens.layer({ ...patient, workerUrl: new URL("../fixtures/tokens-worker.ts", import.meta.url), ...options })

const silent = Effect.provide(Logger.layer([]))

describe("a thread that fails", () => {
  it.live("is replaced, and the count is exact all the same", () => {
    const file = join(mkdtempSync(join(tmpdir(), "tokens-")), "exited")
    return Effect.gen(function* () {
      const tokens = yield* Tokens
      const text = `!exit once ${file} and more`
      const { encoding, exact } = yield* tokens.count(text)
      assert.deepStrictEqual([encoding, exact], ["o200k_base", true])
      assert.strictEqual((yield* tokens.metrics).fallbacks, 0)
    }).pipe(Effect.provide(live()), silent)
  })

  it.live("twice has its piece estimated, with one warning a minute, and the next call counts again", () => {
    const warnings: Array<string> = []
    const logger = Logger.make(({ message }) => void warnings.push(String(message)))
    return Effect.gen(function* () {
      const tokens = yield* Tokens
      const estimate = { tokens: tokens.estimate("!exit"), exact: false, encoding: "estimate" } as const
      assert.deepStrictEqual(yield* tokens.count("!exit"), estimate)
      assert.deepStrictEqual(yield* tokens.countAll(["!exit", "Hello"]), [
        estimate,
        { tokens: tokens.estimate("Hello"), exact: false, encoding: "estimate" }
      ])
      assert.deepStrictEqual(yield* tokens.count("Hello"), { tokens: 1, exact: true, encoding: "o200k_base" })
      // Each text that was estimated, not each call.
      assert.strictEqual((yield* tokens.metrics).fallbacks, 3)
      assert.strictEqual(warnings.filter((warning) => warning.includes("estimated")).length, 1)
    }).pipe(Effect.provide(live()), Effect.provide(Logger.layer([logger])))
  })

  it.live("fails the call where nothing may be estimated", () =>
    Effect.gen(function* () {
      const { reason } = yield* Effect.flip(Tokens.use((tokens) => tokens.count("!exit")))
      assert(reason._tag === "TokensWorkerFailed")
      assert.strictEqual(reason.cause.reason._tag, "WorkerCrashed")
    }).pipe(Effect.provide(live({ fallback: false })), silent)
  )

  it.live("fails encode and warm, which have nothing to estimate", () =>
    Effect.gen(function* () {
      const tokens = yield* Tokens
      assert.isFalse((yield* tokens.count("Hello")).exact)
      for (const call of [tokens.encode("Hello"), tokens.warm]) {
        const { reason } = yield* Effect.flip<unknown, TokensError, never>(call)
        assert.strictEqual(reason._tag, "TokensWorkerFailed")
      }
      assert.strictEqual((yield* tokens.metrics).fallbacks, 1)
    }).pipe(Effect.provide(Tokens.layer({ workerUrl: new URL("none.ts", import.meta.url) })), silent)
  )

  it.live("by hanging is given up after the time for a piece, twice", () =>
    Effect.gen(function* () {
      const { reason } = yield* Effect.flip(Tokens.use((tokens) => tokens.count("!hang")))
      assert(reason._tag === "TokensWorkerFailed")
      assert.strictEqual(reason.cause.reason._tag, "TaskTimedOut")
    }).pipe(Effect.provide(live({ fallback: false, taskTimeout: "50 millis" })), silent)
  )
})

it.live("without the tokenizer a count fails and says what to install, whatever may fall back", () =>
  Effect.gen(function* () {
    const tokens = yield* Tokens
    const { message, reason } = yield* Effect.flip(tokens.count("!missing"))
    assert(reason._tag === "TokenizerMissing")
    assert.match(message, /npm install gpt-tokenizer@4.*layerEstimate/)
    assert.strictEqual((reason.cause as { code?: string }).code, "ERR_MODULE_NOT_FOUND")
    assert.strictEqual(tokens.estimate("Hello, world!"), 4)
  }).pipe(Effect.provide(live()), silent)
)

/** A table that a test can look into: a token a character, and an answer for each piece. */
class Recording implements Table {
  readonly pieces: Array<string> = []
  private readonly answer: (piece: number) => Effect.Effect<boolean>

  constructor(answer: (piece: number) => Effect.Effect<boolean> = () => Effect.succeed(true)) {
    this.answer = answer
  }

  count(texts: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<GuardedCount> | undefined> {
    return Effect.suspend(() => {
      this.pieces.push(texts.join(""))
      return Effect.map(this.answer(this.pieces.length), (isAnswered) =>
        isAnswered ? texts.map((text) => ({ tokens: text.length, exact: true })) : undefined
      )
    })
  }

  encode(): Effect.Effect<Uint32Array, TokensError> {
    return Effect.fail(new TokensError({ reason: new UnknownModel({ model: "" }) }))
  }

  readonly load = Effect.void
}

const text = "word ".repeat(200_000)

describe("a count in pieces", () => {
  it.effect("posts nothing more once it is interrupted", () =>
    Effect.gen(function* () {
      const reached = yield* Latch.make()
      const table = new Recording((piece) =>
        piece < 3 ? Effect.succeed(true) : Effect.andThen(reached.open, Effect.never)
      )
      const fiber = yield* Effect.forkChild(new TableCount(table, coefficients.o200k).add(text))
      yield* reached.await
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(table.pieces.length, 3)
    })
  )

  it.effect("asks no thread for what comes after a piece that was estimated", () =>
    Effect.gen(function* () {
      const table = new Recording((piece) => Effect.succeed(piece < 3))
      const count = new TableCount(table, coefficients.o200k)
      yield* count.add(text)
      const { exact, fallback, tokens } = yield* count.end
      const counted = table.pieces.slice(0, 2).join("").length
      assert.strictEqual(table.pieces.length, 3)
      assert.isFalse(exact)
      assert.strictEqual(tokens, counted + fallback!)
      assert.isAbove(fallback!, 100_000)
    })
  )

  it.effect("sends a few pieces at a time where they are counted quickly, and one where they are not", () =>
    Effect.gen(function* () {
      const now = vi.spyOn(realTimers, "now")
      let time = 0
      now.mockImplementation(() => time)
      for (const [perPiece, trips] of [
        [8, 6],
        [250, 16]
      ] as const) {
        const table: Recording = new Recording(() =>
          Effect.sync(() => {
            time += perPiece * Math.ceil(table.pieces.at(-1)!.length / pieceSize)
            return true
          })
        )
        const count = new TableCount(table, coefficients.o200k)
        yield* count.add(text)
        assert.strictEqual((yield* count.end).tokens, text.length)
        assert.strictEqual(table.pieces.length, trips)
        assert.isAtMost(Math.max(...table.pieces.map((trip) => trip.length)), 4 * pieceSize)
      }
    }).pipe(Effect.ensuring(Effect.sync(() => vi.restoreAllMocks())))
  )

  it.effect("has short texts counted together", () =>
    Effect.gen(function* () {
      const table = new Recording()
      const texts = Array.from({ length: 1000 }, (_, i) => "x".repeat(i % 90))
      const counts = yield* countTogether(table, coefficients.o200k, texts)
      assert.deepStrictEqual(
        counts.map(({ tokens }) => tokens),
        texts.map(({ length }) => length)
      )
      assert.isAtMost(table.pieces.length, 3)
    })
  )

  it.effect("of fits ends as soon as the limit is passed, and asks nothing where the length says enough", () =>
    Effect.gen(function* () {
      const table = new Recording()
      const fits = (limit: number) => fitsTable(table, coefficients.o200k, text, limit, 1)
      assert.isFalse(yield* fits(100_000))
      assert.strictEqual(table.pieces.length, 2)
      assert.isTrue(yield* fits(3 * text.length))
      assert.isFalse(yield* fits(text.length / 128 - 1))
      assert.strictEqual(table.pieces.length, 2)
    })
  )

  it.effect("of fits keeps a margin of 15 % for what was estimated", () =>
    Effect.gen(function* () {
      const failing = () => new Recording(() => Effect.succeed(false))
      const count = new TableCount(failing(), coefficients.o200k)
      yield* count.add(text)
      const { tokens } = yield* count.end
      const fits = (limit: number) => fitsTable(failing(), coefficients.o200k, text, limit, 1)
      assert.isFalse(yield* fits(Math.ceil(tokens * 1.14)))
      assert.isTrue(yield* fits(Math.ceil(tokens * 1.16)))
    })
  )
})
