import { assert, describe, it } from "@effect/vitest"
import { createContext, runInContext } from "node:vm"
import { isCloneable } from "../../src/internal/routing/cloneable.ts"
import { encodeText } from "../../src/internal/frame/encodeFrame.ts"
import { Kind } from "../../src/internal/frame/frame.ts"

const frameOf = (value: unknown, list: ReadonlyArray<string> | null = null) => ({
  leads: [""],
  values: [value],
  kinds: [Kind.whole],
  depths: [],
  tail: "",
  list,
  gap: "",
  output: "string" as const,
  size: 0,
  numbers: 0,
  containers: 0,
  low: 0,
  opens: [],
  isText: false
})

class Plain {
  a = 1
  b = [2]
}
class Derived extends Plain {
  c = 3
}

const numbers = Array.from({ length: 20 }, (_, i) => i / 2)

describe("may be sent, and prints the same after the clone", () => {
  for (const [name, value] of Object.entries({
    null: null,
    string: "a",
    number: -0,
    NaN: [NaN, Infinity],
    undefined: [undefined, { a: undefined }],
    records: [{ a: 1, b: "c", d: [null, true] }],
    holes: [1, , 3],
    "integer-like keys": { b: 1, 2: 2, 1: 1 },
    "a __proto__ key": JSON.parse('{"__proto__":{"a":1},"b":2}') as unknown,
    "an object without a prototype": Object.assign(Object.create(null) as object, { a: 1 }),
    dates: [new Date(0), new Date(NaN)],
    instances: [new Plain(), new Derived()],
    "not enumerable": Object.defineProperty({ a: 1 }, "hidden", { value: () => 1 }),
    "a symbol as key": { [Symbol("s")]: () => 1, a: 1 },
    "lone surrogates": ["\ud800", { "\udc00": 1 }]
  })) {
    it(name, () => {
      const frame = frameOf(value)
      assert.isTrue(isCloneable(frame))
      const { list, ...rest } = frame
      assert.strictEqual(encodeText({ ...structuredClone(rest), list }).text, JSON.stringify(value))
    })
  }

  it("with a list of names", () => {
    assert.isTrue(isCloneable(frameOf([{ a: 1, b: { a: 2 } }], ["a", "b"])))
  })
})

describe("stays", () => {
  const foreign = runInContext("({ object: { a: 1 }, array: [1], date: new Date(0) })", createContext()) as object
  for (const [name, value] of Object.entries({
    "a function": () => 1,
    "a symbol": Symbol("s"),
    "a function in an array": [[() => 1]],
    "a symbol in an object": { a: { b: Symbol("s") } },
    "a proxy": new Proxy({}, {}),
    "a proxy of an array": [new Proxy([], {})],
    "a raw JSON": [(JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON("1.0")],
    "a map with properties": Object.assign(new Map(), { a: 1 }),
    "a set": new Set([1]),
    "an error with properties": Object.assign(new Error("e"), { code: 1 }),
    "an error of a class": new (class Own extends Error {
      code = 1
    })("e"),
    "a regular expression with properties": Object.assign(/x/, { a: 1 }),
    "a boxed number with properties": Object.assign(new Number(1), { a: 1 }),
    "a date with properties": Object.assign(new Date(0), { toJSON: () => 1 }),
    "a date of a class": new (class Own extends Date {})(0),
    "a promise": Promise.resolve(),
    "a weak map": new WeakMap(),
    "an array buffer": new ArrayBuffer(8),
    "a class that extends Map": new (class Own extends Map {
      a = 1
    })(),
    "a class that extends Array": new (class Own extends Array {})(),
    "other realms": Object.values(foreign)
  })) {
    it(name, () => {
      // What the clone would print differently, or refuse, must stay; what it prints the same may.
      const frame = frameOf(value)
      if (!isCloneable(frame)) return
      const { list, ...rest } = frame
      assert.strictEqual(encodeText({ ...structuredClone(rest), list }).text, JSON.stringify(value))
    })
  }

  for (const [name, value] of Object.entries({
    "a function": () => 1,
    "a nested symbol": [{ a: Symbol("s") }],
    "a proxy": new Proxy({}, {}),
    "a map with properties": Object.assign(new Map(), { a: 1 }),
    "an error with properties": Object.assign(new Error("e"), { code: 1 }),
    "an error with the prototype of plain objects": Object.assign(
      Object.setPrototypeOf(new Error("e"), Object.prototype) as object,
      { code: 1 }
    ),
    "a map with the prototype of plain objects": Object.assign(
      Object.setPrototypeOf(new Map(), Object.prototype) as object,
      { a: 1 }
    ),
    "a map without a prototype": Object.assign(Object.setPrototypeOf(new Map(), null) as object, { a: 1 }),
    "a buffer with the prototype of plain objects": Object.assign(
      Object.setPrototypeOf(new ArrayBuffer(8), Object.prototype) as object,
      { a: 1 }
    ),
    "shared memory without a prototype": Object.assign(
      Object.setPrototypeOf(new SharedArrayBuffer(8), null) as object,
      { a: 1 }
    ),
    "a function where most are numbers": [...numbers, () => 1, ...numbers],
    "a proxy behind numbers": [...numbers, ...numbers, [new Proxy({}, {})], 1]
  })) {
    it(`${name}: for certain`, () => assert.isFalse(isCloneable(frameOf(value))))
  }

  it("what stands in a slice of an array", () => {
    const items = (value: ReadonlyArray<unknown>) => ({ ...frameOf(value), kinds: [Kind.items] })
    assert.isTrue(isCloneable(items(numbers)))
    assert.isTrue(isCloneable(items([...numbers, null, "a", { a: [1] }, 1])))
    assert.isFalse(isCloneable(items([...numbers, Symbol("s"), 1])))
    assert.isFalse(isCloneable(items([{ a: new Proxy({}, {}) }])))
  })

  it("inherited and not enumerable values that a list of names reads", () => {
    assert.isFalse(isCloneable(frameOf(Object.defineProperty({}, "a", { value: 1 }), ["a"])))
    assert.isFalse(isCloneable(frameOf(Object.assign(Object.create({ a: 1 }) as object, { b: 1 }), ["a"])))
    assert.isFalse(isCloneable(frameOf({ a: 1, hidden: () => 1 }, ["a"])))
  })

  it("what a list of names leaves out, which may be much larger than what it names", () => {
    assert.isFalse(isCloneable(frameOf([{ a: 1, payload: "x".repeat(100) }], ["a"])))
    assert.isTrue(isCloneable(frameOf([{ a: 1 }, { b: [{ a: 2 }] }], ["a", "b"])))
  })

  it("everything while holes are read from a patched prototype", () => {
    Object.defineProperty(Array.prototype, 0, { value: 1, configurable: true, enumerable: true, writable: true })
    try {
      assert.isFalse(isCloneable(frameOf([1])))
    } finally {
      delete (Array.prototype as Array<unknown>)[0]
    }
    assert.isTrue(isCloneable(frameOf([1])))
  })

  it("what a getter or a trap throws is passed on", () => {
    const thrown = new Error("thrown")
    let caught: unknown
    try {
      isCloneable(
        frameOf({
          get a() {
            throw thrown
          }
        })
      )
    } catch (error) {
      caught = error
    }
    assert.strictEqual(caught, thrown)
  })
})
