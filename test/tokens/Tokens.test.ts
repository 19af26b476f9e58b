import { assert, describe, it, layer } from "@effect/vitest"
import { Cause, ConfigProvider, Effect, Exit, Fiber, Layer, Metric, Stream, Tracer } from "effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { vi } from "vitest"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import * as Metrics from "../../src/tokens/Metrics.ts"
import { Tokens, type TokensCallOptions } from "../../src/tokens/Tokens.ts"
import { TokensError } from "../../src/tokens/TokensError.ts"
import { patient } from "./patient.ts"
import { referenceIds } from "./reference.ts"
import { realTexts } from "./texts.ts"

const count = (text: string, options?: TokensCallOptions) => Tokens.use((tokens) => tokens.count(text, options))

const prose = `${realTexts[2]![1]().slice(0, 300_000)}${"日本語のテキスト。 ".repeat(2000)}`

const exact = (tokens: number, encoding = "o200k_base") => ({ tokens, exact: true, encoding })

layer(Tokens.layer(patient), { excludeTestServices: true })("on the tokens thread", (it) => {
  it.effect("a count is the reference's, of any size and for each table", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* count("Hello, world!"), exact(4))
      assert.deepStrictEqual(yield* count(""), exact(0))
      assert.deepStrictEqual(yield* count(prose), exact(referenceIds("o200k_base", prose).length))
      const { length } = referenceIds("cl100k_base", prose)
      assert.deepStrictEqual(yield* count(prose, { encoding: "cl100k_base" }), exact(length, "cl100k_base"))
      assert.deepStrictEqual(yield* count("Hello", { model: "gpt-oss-20b" }), exact(1, "o200k_harmony"))
    })
  )

  it.effect("a factor multiplies, rounds up, and makes a count inexact", () =>
    Effect.gen(function* () {
      const { tokens } = yield* count(prose)
      for (const [options, factor] of [
        [{ factor: 1.1 }, 1.1],
        [{ model: "claude-sonnet-4-5" }, 1.3],
        [{ model: "claude-opus-4-7" }, 1.7],
        [{ model: "claude-opus-4-7", factor: 2 }, 2]
      ] as const) {
        const counted = yield* count(prose, options)
        assert.deepStrictEqual(counted, {
          tokens: Math.ceil(Number((tokens * factor).toFixed(6))),
          exact: false,
          encoding: "o200k_base"
        })
      }
      assert.deepStrictEqual(yield* count(prose, { model: "claude-opus-4-7", factor: 1 }), exact(tokens))
      assert.deepStrictEqual(yield* count(prose, { model: "claude-opus-4-7", encoding: "o200k_base" }), exact(tokens))
    })
  )

  it.effect("a model without a table is estimated with its own coefficients", () =>
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const options = { model: "gemini-2.5-pro" }
      const counted = yield* tokens.count(prose, options)
      assert.deepStrictEqual(counted, { tokens: tokens.estimate(prose, options), exact: false, encoding: "estimate" })
      assert.strictEqual((yield* Effect.flip(tokens.encode("a", options))).reason._tag, "UnknownModel")
    })
  )

  it.effect("countAll counts each of many texts, short and long", () =>
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const texts = [
        "",
        "Hello",
        prose,
        "a\u0085b",
        ...Array.from({ length: 500 }, (_, i) => prose.slice(i * 100, i * 170))
      ]
      const counts = yield* tokens.countAll(texts)
      assert.deepStrictEqual(counts, yield* Effect.forEach(texts, (text) => tokens.count(text)))
      assert.deepStrictEqual(yield* tokens.countAll([]), [])
    })
  )

  it.effect("countStream counts text and bytes however they are divided", () =>
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const text = prose.slice(-20_000)
      const bytes = Buffer.from(text)
      const chunks = [
        ...Array.from({ length: 5000 }, (_, i) => bytes.subarray(i, i + 1)),
        bytes.subarray(5000, 20_001),
        bytes.subarray(20_001)
      ]
      const expected = yield* tokens.count(text)
      assert.deepStrictEqual(yield* tokens.countStream(Stream.fromIterable(chunks)), expected)
      assert.deepStrictEqual(yield* tokens.countStream(Stream.fromIterable(text)), expected)
      // Bytes of a character that never come are U+FFFD, and text after them is none of it.
      const cut = [Buffer.from("日").subarray(0, 2), "a", Buffer.from("日").subarray(0, 1)]
      assert.deepStrictEqual(yield* tokens.countStream(Stream.fromIterable(cut)), yield* tokens.count("\uFFFDa\uFFFD"))
      assert.strictEqual(yield* Effect.flip(tokens.countStream(Stream.fail("broken" as const))), "broken")
    })
  )

  it.effect("fits tells whether a text is within a limit", () =>
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const { tokens: exactly } = yield* tokens.count(prose)
      for (const [limit, expected] of [
        [exactly, true],
        [exactly - 1, false],
        [exactly + 1, true],
        [0, false],
        [Infinity, true]
      ] as const) {
        assert.strictEqual(yield* tokens.fits(prose, limit), expected, `${limit}`)
      }
      assert.isTrue(yield* tokens.fits("", 0))
      assert.isFalse(yield* tokens.fits(prose, exactly, { factor: 1.01 }))
      assert.isTrue(yield* tokens.fits(prose, exactly, { factor: 0.99 }))
    })
  )

  it.effect("encode gives the reference's ids", () =>
    Effect.gen(function* () {
      const ids = yield* Tokens.use((tokens) => tokens.encode(prose))
      assert.deepStrictEqual(ids, [...referenceIds("o200k_base", prose)])
    })
  )

  it.effect("what is no option fails, and says so", () =>
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const calls: ReadonlyArray<readonly [Effect.Effect<unknown, TokensError>, RegExp]> = [
        [tokens.count("a", { factor: -1 }), /factor/],
        [tokens.count("a", { factor: NaN }), /factor/],
        [tokens.count("a", { encoding: "gpt2" as never }), /encoding/],
        [tokens.count("a", { model: 1 as never }), /model/],
        [tokens.count(1 as never), /text/],
        [tokens.countAll("ab" as never), /texts/],
        [tokens.countAll(["a", null as never]), /texts\[1\]/],
        [tokens.fits("a", -1), /limit/],
        [tokens.fits("a", 1.5), /limit/]
      ]
      for (const [call, message] of calls) {
        const { reason } = yield* Effect.flip(call)
        assert.strictEqual(reason._tag, "InvalidTokensOptions")
        assert.match(reason.message, message)
      }
      const { reason } = yield* Effect.flip(tokens.count("a", { model: "llama-4" }))
      assert.strictEqual(reason._tag, "UnknownModel")
      assert.match(reason.message, /llama-4.*layerCustom/)
    })
  )
})

describe("a layer", () => {
  it.live("tells in metrics and as series what it has done, and takes the series with it", () =>
    Effect.gen(function* () {
      const series = Effect.map(Metric.snapshot, (all) =>
        all.filter(({ attributes, id }) => id.includes("tokens") && attributes?.["name"] === "told")
      )
      yield* Effect.gen(function* () {
        const tokens = yield* Tokens
        yield* tokens.countAll(["Hello, world!", "é"])
        yield* Effect.flip(tokens.count("a", { model: "unknown" }))
        const { bytes, calls, failures, inexact, texts, threads, tokens: sum } = yield* tokens.metrics
        assert.deepStrictEqual(
          { bytes, calls, failures, inexact, texts, threads, sum },
          { bytes: 15, calls: 2, failures: 1, inexact: 2, texts: 2, threads: 0, sum }
        )
        assert.strictEqual((yield* series).length, 11)
        const called = Metric.withAttributes(Metrics.calls, { name: "told" })
        assert.deepStrictEqual(yield* Metric.value(called), { count: 2, incremental: true })
      }).pipe(Effect.provide(Tokens.layerEstimate({ name: "told" })))
      assert.deepStrictEqual(yield* series, [])
    })
  )

  it.effect("that only estimates counts what estimate gives, and knows no ids", () =>
    Effect.gen(function* () {
      const tokens = yield* Tokens
      yield* tokens.warm
      const counted = yield* tokens.count(prose, { model: "gpt-4" })
      assert.deepStrictEqual(counted, {
        tokens: tokens.estimate(prose, { model: "gpt-4" }),
        exact: false,
        encoding: "estimate"
      })
      assert.deepStrictEqual(
        yield* tokens.countStream(Stream.fromIterable(prose.match(/[^]{1,7}/gu)!), { model: "gpt-4" }),
        counted
      )
      assert.isTrue(yield* tokens.fits(prose, counted.tokens, { model: "gpt-4" }))
      assert.isFalse(yield* tokens.fits(prose, counted.tokens - 1, { model: "gpt-4" }))
      assert.strictEqual((yield* Effect.flip(tokens.encode("a"))).reason._tag, "UnknownModel")
      assert.strictEqual(tokens.estimate(prose, { model: "unknown" }), tokens.estimate(prose))
      assert.strictEqual((yield* tokens.metrics).threads, 0)
    }).pipe(Effect.provide(Tokens.layerEstimate()))
  )

  it.effect("has a model and rules of its own, over which a call wins", () =>
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const { tokens: plain } = yield* tokens.count(prose, { encoding: "o200k_base" })
      assert.strictEqual((yield* tokens.count(prose)).tokens, plain * 3)
      assert.strictEqual((yield* tokens.count(prose, { model: "gpt-5" })).tokens, plain)
    }).pipe(
      Effect.provide(
        Tokens.layerEstimate({ model: "mine-2", models: [{ prefix: "mine", encoding: "o200k_base", factor: 3 }] })
      )
    )
  )

  it.effect("reads its options from the environment", () =>
    Effect.gen(function* () {
      const counted = yield* count("Hello")
      assert.strictEqual(counted.encoding, "cl100k_base")
    }).pipe(
      Effect.provide(
        Tokens.layerConfig().pipe(
          Layer.provide(
            ConfigProvider.layer(ConfigProvider.fromUnknown({ TOKENS_MODEL: "gpt-4", TOKENS_FALLBACK: "false" }))
          )
        )
      )
    )
  )

  it.effect("with options out of range is a defect", () =>
    Effect.gen(function* () {
      for (const options of [
        { threads: 0 },
        { encoding: "gpt2" as never },
        { model: 1 as never },
        { models: [{ prefix: "" }] as never },
        { fallback: 1 as never },
        { name: "" },
        { taskTimeout: -1 },
        { workerUrl: "https://example.com/worker.js" }
      ]) {
        const exit = yield* Effect.exit(Effect.provide(Tokens, Tokens.layer(options)))
        assert(Exit.isFailure(exit))
        const [name] = Object.keys(options)
        const error = Cause.squash(exit.cause)
        assert(error instanceof TokensError)
        assert.strictEqual(error.reason._tag, "InvalidTokensOptions")
        assert.include(error.message, `\`${name}`)
      }
    })
  )

  it.effect("makes a span of a count", () => {
    let name: string | undefined
    const tokenizer = Tokens.layerCustom({
      count: () =>
        Effect.map(Effect.currentSpan, (span) => {
          name = span.name
          return 1
        })
    })
    return Effect.gen(function* () {
      yield* count("Hello")
      assert.strictEqual(name, "Tokens.count")
    }).pipe(Effect.provide(tokenizer))
  })

  it.effect("makes a span of a count where somebody traces", () => {
    const spans: Array<string> = []
    const tracer = Tracer.make({
      span(options) {
        spans.push(options.name)
        return new Tracer.NativeSpan(options)
      }
    })
    return Effect.gen(function* () {
      const counted = count("Hello")
      yield* Effect.provideService(counted, Tracer.Tracer, tracer)
      yield* counted
      assert.deepStrictEqual(spans, ["Tokens.count"])
    }).pipe(Effect.provide(Tokens.layerEstimate()))
  })

  it.live("lets its process end while a thread is idle", () =>
    Effect.gen(function* () {
      const program = fileURLToPath(new URL("../fixtures/tokens-program.ts", import.meta.url))
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, [program], { timeout: 200_000 })
      )
      assert.strictEqual(stdout, "4 1\n")
    })
  )

  it.live("lets a count be interrupted while its thread starts", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(count(prose), { startImmediately: true })
      const exit = yield* Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber))
      assert(Exit.isFailure(exit))
      assert.isTrue(Cause.hasInterruptsOnly(exit.cause))
    }).pipe(Effect.provide(Tokens.layer()))
  )

  it.live("holds its process for a count, until it is answered, refused or interrupted", () => {
    const made = vi.spyOn(realTimers, "setInterval")
    const ended = vi.spyOn(realTimers, "clearInterval")
    const holds = () => made.mock.calls.length - ended.mock.calls.length
    return Effect.gen(function* () {
      const tokens = yield* Tokens
      const fibers = yield* Effect.forEach(["!hang", "Hello"], (text) =>
        Effect.forkChild(tokens.count(text), { startImmediately: true })
      )
      assert.strictEqual(holds(), 1)
      yield* Fiber.interruptAll(fibers)
      assert.strictEqual(holds(), 0)
      assert.strictEqual((yield* tokens.count("Hello")).tokens, 1)
      yield* Effect.flip(tokens.count("!missing"))
      assert.strictEqual(holds(), 0)
    }).pipe(
      Effect.provide(Tokens.layer({ ...patient, workerUrl: new URL("../fixtures/tokens-worker.ts", import.meta.url) })),
      Effect.ensuring(Effect.sync(() => vi.restoreAllMocks()))
    )
  })
})
