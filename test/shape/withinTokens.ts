/**
 * What has to hold of a shaped text within `maxTokens`, whatever the value, the shape, the limit and the tokenizer. Throws where it does
 * not.
 */
import { assert } from "@effect/vitest"
import { Effect, type Layer, ManagedRuntime, Layer as Layers } from "effect"
import { layerSliced } from "../../src/Layer.ts"
import { Serialization, type SerializeOptions } from "../../src/Serialization.ts"
import type { Shape } from "../../src/Shape.ts"
import { layerTokensFixed } from "../../src/tokens/testing.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"
import type { Json } from "../support/truncateReference.ts"
import { patient } from "../tokens/patient.ts"
import { referenceIds } from "../tokens/reference.ts"
import { untruth } from "./truth.ts"

/** Tokenizers, and what else says how many tokens a text has. */
export interface Tokenizer {
  readonly name: string
  readonly layer: Layer.Layer<Tokens>
  readonly reference: ((text: string) => number) | undefined
  /** Of the generated values, how many. On a thread, and with the reference, a count takes long. */
  readonly share: number
}

// Counts that do not grow evenly: longer texts may have fewer.
const uneven = (text: string): number => Math.ceil(text.length / 3) + (text.length % 7) * 11

export const tokenizers: ReadonlyArray<Tokenizer> = [
  {
    name: "the table",
    layer: Tokens.layer(patient),
    reference: (text) => referenceIds("o200k_base", text).length,
    share: 0.25
  },
  { name: "an estimate", layer: Tokens.layerEstimate(), reference: undefined, share: 1 },
  {
    name: "a fixed number of characters",
    layer: layerTokensFixed(4),
    reference: (text) => Math.ceil(text.length / 4),
    share: 1
  },
  { name: "counts that do not grow evenly", layer: Tokens.layerCustom({ count: uneven }), reference: uneven, share: 1 }
]

export class WithinTokens {
  private readonly runtime: ManagedRuntime.ManagedRuntime<Serialization | Tokens, never>
  private readonly reference: Tokenizer["reference"]

  constructor({ layer, reference }: Tokenizer) {
    this.runtime = ManagedRuntime.make(Layers.provideMerge(layerSliced({ syncThreshold: 0 }), layer))
    this.reference = reference
  }

  dispose(): Promise<void> {
    return this.runtime.dispose()
  }

  /** Never over, valid, the same again and as bytes, truly told, and untouched where it fits. */
  async checkText(value: Json, how: Shape, maxTokens: number, space: string): Promise<void> {
    const options: SerializeOptions = { truncate: how, maxTokens, space }
    const result = await this.serialize(value, options)
    const again = await this.serialize(value, options)
    assert.deepStrictEqual(again, result)
    if (result === undefined) return
    const { omitted, omittedCount, path: _, serialized, tokens, truncated } = result
    const counted = await this.count(serialized)
    assert.isAtMost(counted, maxTokens)
    if (tokens !== undefined) assert.strictEqual(tokens, await this.ownCount(serialized))
    JSON.parse(serialized)
    assert.strictEqual(truncated, omittedCount! > 0)
    assert.strictEqual(omitted!.length, Math.min(omittedCount!, 100))
    // `…` stands for a string even where `maxString` is 0.
    const told = how.maxString === 0 ? { ...how, maxString: 1 } : how
    if (omittedCount! <= 100) assert.isUndefined(untruth(value, serialized, omitted!, told), serialized)
    const { bytes } = await this.run(Serialization.use((json) => json.serializeToBytes(value, options)))
    assert.strictEqual(Buffer.from(bytes).toString(), Buffer.from(serialized).toString())
    const whole = JSON.stringify(value, null, space)
    const hasLimits = [how.maxDepth, how.maxItems, how.maxKeys, how.maxString].some((limit) => limit !== undefined)
    if (!hasLimits && (await this.count(whole)) <= maxTokens) assert.strictEqual(serialized, whole)
  }

  /** All pages together show each entry of the outermost container once, each page at least one. */
  async checkPages(value: Json, maxTokens: number, markers: boolean): Promise<void> {
    if (typeof value !== "object" || value === null) return
    const count = Object.keys(value).length
    let from: number | undefined = 0
    while (from !== undefined) {
      const shape: Shape = { arrays: "head", markers, from }
      const page = await this.serialize(value, { truncate: shape, maxTokens })
      // Nothing fits that shows the place.
      if (page === undefined) return
      const { next, omitted, serialized } = page as { -readonly [K in keyof typeof page]: (typeof page)[K] }
      assert.isAtMost(await this.count(serialized), maxTokens)
      const left = omitted!.find(({ kind, pointer }) => pointer === "" && (kind === "items" || kind === "keys"))
      const end: number = left === undefined ? count : left.from
      if (next === undefined) {
        // A page that shows no entry is the last one: its first does not fit.
        if (end < count) assert.strictEqual(end, from)
        return
      }
      assert.isAbove(next.from, from)
      assert.strictEqual(next.from, end)
      from = next.from
    }
  }

  private run<A, E>(effect: Effect.Effect<A, E, Serialization | Tokens>): Promise<A> {
    return this.runtime.runPromise(effect)
  }

  /** Undefined where nothing fits. */
  private async serialize(value: Json, options: SerializeOptions) {
    const result = await this.run(Effect.result(Serialization.use((json) => json.serialize(value, options))))
    if (result._tag === "Success") return result.success
    const { reason } = result.failure
    assert(reason._tag === "SizeLimitExceeded" && reason.unit === "tokens", result.failure.message)
    return undefined
  }

  private async ownCount(text: string): Promise<number> {
    return (await this.run(Tokens.use((tokens) => tokens.count(text)))).tokens
  }

  private async count(text: string): Promise<number> {
    return this.reference === undefined ? await this.ownCount(text) : this.reference(text)
  }
}
