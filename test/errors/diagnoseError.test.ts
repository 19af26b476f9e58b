import { assert, describe, it } from "@effect/vitest"
import { diagnose } from "../../src/internal/errors/diagnoseError.ts"
import { isAll } from "../support/tier.ts"

/** What `JSON.stringify` throws, diagnosed. */
const reasonOf = (value: unknown, list: ReadonlyArray<string> | null = null) => {
  try {
    JSON.stringify(value, list as Array<string> | null)
  } catch (thrown) {
    const { reason } = diagnose(value, thrown, list, false)
    const { cause, pointer, type } = reason as { cause?: unknown; pointer?: string; type?: string }
    return { tag: reason._tag, pointer, type, cause, thrown }
  }
  return assert.fail("it did not throw")
}

const cycle = () => {
  const value: Record<string, unknown> = { before: [1, { a: 2 }] }
  value["inner"] = [{ "x/y": value }]
  return value
}

const raise = (thrown: unknown) => (): never => {
  throw thrown
}

describe("diagnose", () => {
  it("a cycle, where it closes", () => {
    const { pointer, tag } = reasonOf(cycle())
    assert.deepStrictEqual([tag, pointer], ["CyclicValue", "/inner/0/x~1y"])
  })

  it("an array in itself", () => {
    const value: Array<unknown> = [0]
    value.push(value)
    const { pointer, tag } = reasonOf(value)
    assert.deepStrictEqual([tag, pointer], ["CyclicValue", "/1"])
  })

  it("what is shared is no cycle", () => {
    const shared = { a: 1 }
    const { pointer, tag } = reasonOf([shared, shared, { shared }, 1n])
    assert.deepStrictEqual([tag, pointer], ["UnsupportedValue", "/3"])
  })

  it("the first in the order of the text, of a cycle and a bigint", () => {
    const cyclic = cycle()
    assert.strictEqual(reasonOf([cyclic, 1n]).pointer, "/0/inner/0/x~1y")
    assert.strictEqual(reasonOf([1n, cyclic]).tag, "UnsupportedValue")
  })

  it("a list of names leaves the others out", () => {
    const value = { hidden: cycle(), shown: { shown: 1n } }
    const { pointer, tag } = reasonOf(value, ["shown"])
    assert.deepStrictEqual([tag, pointer], ["UnsupportedValue", "/shown/shown"])
  })

  for (const [name, thrown] of [
    ["an error", new Error("own")],
    ["a TypeError", new TypeError("own")],
    ["a TypeError that speaks like a cycle", new TypeError("Converting circular structure to JSON")],
    ["a TypeError that speaks like a bigint", new TypeError("Do not know how to serialize a BigInt")],
    ["a RangeError", new RangeError("Maximum call stack size exceeded")],
    ["a RangeError that speaks like a long string", new RangeError("Invalid string length")],
    ["undefined", undefined],
    ["a string", "thrown"]
  ] as const) {
    it(`user code that throws ${name}`, () => {
      for (const [value, pointer] of [
        [{ a: [{ toJSON: raise(thrown) }] }, "/a/0"],
        [Object.defineProperty({}, "a", { get: raise(thrown), enumerable: true }), "/a"],
        [[new Proxy({}, { ownKeys: raise(thrown) })], "/0"]
      ] as const) {
        const reason = reasonOf(value)
        assert.strictEqual(reason.tag, "UserCodeFailed")
        assert.strictEqual(reason.cause, thrown)
        assert.strictEqual(reason.pointer, pointer)
      }
    })
  }

  it("a JSON.stringify in a toJSON that fails is user code that fails", () => {
    for (const inner of [1n, cycle()]) {
      const reason = reasonOf({ a: { toJSON: () => JSON.stringify(inner) } })
      assert.deepStrictEqual([reason.tag, reason.pointer], ["UserCodeFailed", "/a"])
      assert.strictEqual(reason.cause, reason.thrown)
    }
  })

  it("runs no user code itself", () => {
    let calls = 0
    const value = {
      quiet: { toJSON: () => calls++ },
      get read() {
        return calls++
      },
      proxy: new Proxy({}, { get: () => void calls++, ownKeys: () => (calls++, []) }),
      thrower: { toJSON: raise(new Error("own")) }
    }
    let thrown: unknown
    try {
      JSON.stringify(value)
    } catch (error) {
      thrown = error
    }
    const before = calls
    diagnose(value, thrown, null, false)
    assert.strictEqual(calls, before)
  })

  it("too deep, and too long", () => {
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = { a: deep }
    assert.strictEqual(reasonOf(deep, ["a"]).tag, "NestingTooDeep")
    const piece = "x".repeat(2 ** 24)
    assert.strictEqual(reasonOf(Array.from({ length: 33 }, () => piece)).tag, "OutputTooLong")
    for (const harmless of isAll ? [Buffer.from("a buffer"), new Date(0)] : []) {
      assert.strictEqual(reasonOf([harmless, ...Array.from({ length: 33 }, () => piece)]).tag, "OutputTooLong")
    }
  })
})
