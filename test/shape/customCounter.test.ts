/**
 * `truncate: Shape` within `maxTokens`, by a tokenizer that can only count whole texts: what it is given is bounded by
 * the limit, not by the value.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { type Prompt, Tokenizer } from "effect/ai"
import { layerFromTokenizer } from "../../src/ai/index.ts"
import { layerSliced } from "../../src/Layer.ts"
import { Serialization, type SerializeOptions } from "../../src/Serialization.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"

class Counter {
  readonly lengths: Array<number> = []
  readonly count = (text: string): number => {
    this.lengths.push(text.length)
    return Math.ceil(text.length / 4)
  }

  get characters(): number {
    return this.lengths.reduce((sum, length) => sum + length, 0)
  }
}

const byHand = (counter: Counter) =>
  Layer.effect(
    Tokens,
    Effect.map(Effect.provide(Tokens, Tokens.layerEstimate()), (tokens) => ({
      ...tokens,
      count: (text: string) =>
        Effect.sync(() => ({ tokens: counter.count(text), exact: true, encoding: "custom" as const }))
    }))
  )

const fromTokenizer = (counter: Counter) => {
  const textOf = ({ content }: Prompt.Prompt) => (content[0]!.content as ReadonlyArray<Prompt.TextPart>)[0]!.text
  const tokenizer = Tokenizer.make({
    tokenize: (prompt) => Effect.sync(() => Array.from({ length: counter.count(textOf(prompt)) }, (_, i) => i))
  })
  return Layer.provide(layerFromTokenizer, Layer.succeed(Tokenizer.Tokenizer, tokenizer))
}

const layers: ReadonlyArray<readonly [name: string, (counter: Counter) => Layer.Layer<Tokens>]> = [
  ["layerCustom", ({ count }) => Tokens.layerCustom({ count })],
  ["layerFromTokenizer", fromTokenizer],
  ["a Tokens made by hand", byHand]
]

/** Rows of 20 MB: what is read of them is counted, and one far behind what fits cannot be read. */
const watched = () => {
  const value = {
    reads: 0,
    rows: Array.from({ length: 200_000 }, (_, i) => ({
      get id() {
        value.reads++
        if (i === 150_000) throw new Error("read")
        return i
      },
      debug: `debug ${i} of many`,
      text: "word ".repeat(12)
    }))
  }
  return value
}

const serialize = (tokens: Layer.Layer<Tokens>, value: unknown, options: SerializeOptions) =>
  Serialization.use((json) => json.serialize(value, options)).pipe(
    Effect.provide(layerSliced().pipe(Layer.provide(tokens)))
  )

describe.each(layers)("by %s", (_, layerOf) => {
  for (const maxTokens of [100, 5_000]) {
    it.live(`${maxTokens} tokens of 20 MB cost what the limit costs`, () =>
      Effect.gen(function* () {
        const counter = new Counter()
        const value = watched()
        const result = yield* serialize(layerOf(counter), value.rows, { maxTokens, truncate: {} })
        assert.isAtMost(result.tokens!, maxTokens)
        assert.isTrue(result.truncated)
        // One count shows that the whole is too long; the others are tries.
        assert.isAtMost(counter.lengths.length, 8)
        assert.isAtMost(counter.lengths[0]!, 6 * (maxTokens + 1536) + 10_000)
        assert.isAtMost(counter.characters, 6 * (maxTokens + 1536) + 10_000 + 7 * 5 * maxTokens)
        assert.isBelow(value.reads, 5_000)
      })
    )
  }
})

describe("a tokenizer of the caller's", () => {
  const run = (counter: Counter, value: unknown, options: SerializeOptions) =>
    serialize(Tokens.layerCustom(counter), value, options)

  it.live("is asked once more for each pattern of drop that changes the beginning, and for no other", () =>
    Effect.gen(function* () {
      const changing = new Counter()
      const drop = ["/*/debug", "/*/text"]
      yield* run(changing, watched().rows, { maxTokens: 300, truncate: { drop } })
      const other = new Counter()
      yield* run(other, watched().rows, { maxTokens: 300, truncate: { drop: ["/190000/text", "/no", "/none"] } })
      const [first, second, third] = changing.lengths
      assert.isAbove(Math.min(first!, second!, third!), 6 * 1836)
      assert.strictEqual(other.lengths.filter((length) => length >= 6 * 1836).length, 1)
      assert.isAtMost(changing.lengths.length, 10)
    })
  )

  it.live("of long tokens is asked a few times, for beginnings that are three times as long each", () =>
    Effect.gen(function* () {
      const lengths: Array<number> = []
      const count = (text: string) => {
        lengths.push(text.length)
        return Math.ceil(text.length / 100)
      }
      const value = watched()
      const tokens = Tokens.layerCustom({ count })
      const result = yield* serialize(tokens, value.rows, { maxTokens: 1_000, truncate: {} })
      assert.isAtMost(result.tokens!, 1_000)
      assert.isAbove(result.tokens!, 950)
      const beginnings = lengths.slice(0, lengths.findIndex((length) => length / 100 > 2_536) + 1)
      assert.isAtMost(beginnings.length, 4)
      assert.isAtMost(Math.max(...beginnings), 3 * 253_600 + 33_000)
    })
  )

  it.live("is asked once for a value that fits", () =>
    Effect.gen(function* () {
      const counter = new Counter()
      const value = "a".repeat(19_998)
      const result = yield* run(counter, value, { maxTokens: 5_000, truncate: {} })
      assert.deepStrictEqual([result.truncated, result.tokens, counter.lengths], [false, 5_000, [20_000]])
    })
  )

  it.live("is asked once for a value that fits though its beginning must have been too long", () =>
    Effect.gen(function* () {
      const lengths: Array<number> = []
      const count = (text: string) => {
        lengths.push(text.length)
        return Math.ceil(text.length / 100)
      }
      const options = { maxTokens: 200, truncate: {} }
      const { tokens, truncated } = yield* serialize(Tokens.layerCustom({ count }), "a".repeat(11_998), options)
      assert.deepStrictEqual([truncated, tokens, lengths], [false, 120, [12_000]])
    })
  )

  it.live("ends a stream that is over, as soon as its beginning is", () =>
    Effect.gen(function* () {
      const counter = new Counter()
      const value = watched()
      const stream = Serialization.use((json) => Effect.flip(Stream.runDrain(json.stream(value, { maxTokens: 1_000 }))))
      const live = layerSliced().pipe(Layer.provide(Tokens.layerCustom(counter)))
      const { reason } = yield* Effect.provide(stream, live)
      assert.deepInclude({ ...reason }, { _tag: "SizeLimitExceeded", maxSize: 1_000, unit: "tokens" })
      assert.strictEqual(counter.lengths.length, 1)
      assert.isBelow(counter.characters, 200_000)
      assert.isBelow(value.reads, 20_000)
    })
  )
})
