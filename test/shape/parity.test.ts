/**
 * With `binary: "native"` and room for all of it, a shape gives what `JSON.stringify` gives, of values of every kind, under replacers, and
 * calls user code as it does: each place once.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { buildOptions, descriptions, optionsDescriptions, runs } from "../support/arbitraries.ts"
import { build } from "../support/builder.ts"
import { Recorder } from "../support/recorder.ts"
import type { SerializeOptions } from "../../src/Serialization.ts"
import { nestedArray } from "../support/values.ts"
import { failure, shape } from "./support.ts"
import { generated } from "../support/tier.ts"

const run = (make: () => string | undefined): { text?: string; failed?: boolean } => {
  try {
    const text = make()
    return text === undefined ? { failed: true } : { text }
  } catch {
    return { failed: true }
  }
}

describe("what JSON.stringify gives", () => {
  for (const limit of [Infinity, 1e9]) {
    it(`of values of every kind, limit ${limit}`, () => {
      fc.assert(
        fc.property(descriptions, optionsDescriptions, (description, given) => {
          const outcomes = [
            (value: unknown, options: SerializeOptions) =>
              JSON.stringify(value, options.replacer as null, options.space),
            (value: unknown, options: SerializeOptions) =>
              shape(value, { binary: "native" }, limit, "characters", options).text
          ].map((make) => {
            const recorder = new Recorder()
            const value = build(description, recorder)
            const options = buildOptions(given, recorder, []) as SerializeOptions
            return run(() => make(value, options) as string | undefined)
          })
          assert.deepStrictEqual(outcomes[1], outcomes[0])
        }),
        runs(generated(3_000))
      )
    })
  }

  it("of buffers and typed arrays of any length", () => {
    for (const length of [0, 3, 257, 5_000]) {
      const bytes = Buffer.from(Array.from({ length }, (_, i) => i % 256))
      const value = { bytes, view: new Uint16Array(length), doubles: [new Float64Array(length).fill(1.5)] }
      for (const limit of [Infinity, 1e9]) {
        assert.isTrue(shape(value, { binary: "native" }, limit).text === JSON.stringify(value))
      }
      assert.isTrue(
        shape(bytes, { binary: "native" }, 1e9, "bytes", { space: 2 }).text === JSON.stringify(bytes, null, 2)
      )
    }
  })

  it("at any depth", () => {
    const { text, value } = nestedArray(200_000)
    assert.isTrue(shape(value, {}, Infinity).text === text)
    assert.isTrue(shape(value, {}, text.length).text === text)
    const cut = shape(value, {}, 1_000).text
    assert.isAtMost(cut.length, 1_000)
    assert.isAbove(cut.length, 950)
  })
})

describe("user code", () => {
  const watched = (depth: number, calls: Map<string, number>, path = ""): unknown => {
    const called = (name: string) => calls.set(name, (calls.get(name) ?? 0) + 1)
    const inner: Record<string, unknown> = {}
    for (let i = 0; i < 6; i++) {
      const at = `${path}/${i}`
      Object.defineProperty(inner, `k${i}`, {
        enumerable: true,
        get: () => {
          called(`get ${at}`)
          return depth === 0
            ? { toJSON: () => (called(`toJSON ${at}`), "x".repeat(i * 40)) }
            : watched(depth - 1, calls, at)
        }
      })
    }
    return inner
  }

  it("runs once a place at most, and nowhere where nothing is looked at", () => {
    const how = { keep: ["/k3/k2/k1", "/k1/*/k2"], drop: ["/k0", "/*/k4"], maxKeys: 5 }
    for (const limit of [5, 60, 200, 1_000, 5_000, 100_000]) {
      const calls = new Map<string, number>()
      const { text } = shape(watched(3, calls), how, limit)
      assert.isAtMost(text.length, limit)
      assert.deepStrictEqual(
        [...calls].filter(([, times]) => times > 1),
        []
      )
    }
  })

  it("a replacer function runs once a place, for buffers too, which it gets as they are", () => {
    const seen: Array<string> = []
    const buffer = Buffer.from("abc")
    const value = { secret: "s", list: [1, { buffer }] }
    const replacer = (key: string, value: unknown) => {
      seen.push(key)
      return key === "secret" ? undefined : value
    }
    const { text } = shape(value, {}, 100, "characters", { replacer })
    assert.strictEqual(text, '{"list":[1,{"buffer":"[binary: 3 bytes]"}]}')
    assert.deepStrictEqual(seen, ["", "secret", "list", "0", "1", "buffer"])
  })

  it("what it throws is where it was thrown; a cycle and a bigint fail as ever where they are reached", () => {
    const cause = new Error("no")
    const throws = () => {
      throw cause
    }
    const { reason } = failure(() => shape({ a: [{ toJSON: throws }] }, {}, 100))
    assert.deepStrictEqual([reason._tag, reason["pointer"], reason["cause"]], ["UserCodeFailed", "/a/0", cause])
    const cyclic: { self?: unknown; a: object } = { a: {} }
    cyclic.self = { b: cyclic }
    assert.deepInclude({ ...failure(() => shape(cyclic, {}, 100)).reason }, { _tag: "CyclicValue", pointer: "/self/b" })
    assert.deepInclude({ ...failure(() => shape([1n], {}, 100)).reason }, { _tag: "UnsupportedValue", pointer: "/0" })
    const far = [..."a".repeat(10_000), 1n]
    assert.isAtMost(shape(far, {}, 100).text.length, 100)
    for (const nothing of [undefined, () => 1, Symbol.iterator]) {
      const { reason } = failure(() => shape(nothing, {}, 100))
      assert.deepInclude({ ...reason }, { _tag: "UnsupportedValue", pointer: "", type: typeof nothing })
    }
  })

  it("an object that comes again is no cycle", () => {
    const shared = { a: [1] }
    const value = { x: shared, y: [shared, { z: shared }] }
    assert.strictEqual(shape(value, {}, 1_000).text, JSON.stringify(value))
  })
})
