import { assert, describe, it } from "@effect/vitest"
import { estimate } from "../../src/internal/walk/estimateSize.ts"

const small = (value: unknown) => estimate(value, 1024) < 1024
const fail = () => assert.fail("user code was run")

describe("estimate", () => {
  for (const [name, value] of Object.entries({
    null: null,
    undefined: undefined,
    number: 1,
    boolean: true,
    symbol: Symbol("s"),
    "a short string": "x".repeat(1000),
    "a small object": { a: 1, b: [1, 2, { c: "d" }] },
    "a date": { at: new Date(0) },
    "an object without a prototype": Object.assign(Object.create(null), { a: 1 }),
    "an instance of a class": new (class Point {
      x = 1
      get area() {
        return fail()
      }
    })(),
    "a map": new Map([[1, 2]]),
    "an error": new Error("x"),
    holes: [1, , 3],
    "a buffer": [Buffer.alloc(200, 255)],
    "a typed array": [new Float64Array(50)],
    "a data view": [new DataView(new ArrayBuffer(5000))],
    "what is not enumerable": Object.defineProperty({}, "hidden", { value: "x".repeat(5000) })
  })) {
    it(`${name}: small`, () => assert.isTrue(small(value)))
  }

  for (const [name, value] of Object.entries({
    "a long string": "x".repeat(1022),
    "a long string inside": { a: [{ b: "x".repeat(1024) }] },
    "many elements": Array.from({ length: 600 }, () => 1),
    "many holes": new Array(1_000_000),
    "many entries": Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a key of some length ${i}`, i])),
    "a large buffer": Buffer.alloc(300, 255),
    "a large typed array": { counts: new Int32Array(1_000_000) },
    "long keys": { ["k".repeat(1024)]: 1 },
    deep: Array.from({ length: 100 }).reduce((inner) => [inner], 1)
  })) {
    it(`${name}: large`, () => assert.isFalse(small(value)))
  }

  for (const [name, value] of Object.entries({
    "a getter": {
      get a() {
        return fail()
      }
    },
    "a getter in an array": Object.defineProperty([1], 0, { get: fail, enumerable: true }),
    "a toJSON of its own": { toJSON: fail },
    "a toJSON of its class": new (class {
      toJSON() {
        return fail()
      }
    })(),
    "a date with a toJSON": Object.assign(new Date(0), { toJSON: fail }),
    "a proxy": new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail }),
    "a proxy of an array": new Proxy([], { get: fail, getPrototypeOf: fail }),
    "a proxy above": Object.create(new Proxy({}, { get: fail, ownKeys: () => [], getPrototypeOf: () => null })),
    "a buffer with a toJSON": Object.assign(Buffer.from("abc"), { toJSON: fail }),
    "a buffer of a class": Object.setPrototypeOf(Buffer.from("abc"), Object.create(Buffer.prototype) as object),
    "a typed array with a getter": Object.defineProperty(new Uint8Array(8), "a", { get: fail, enumerable: true }),
    "a boxed string": new String("abc"),
    "a bigint": 1n,
    "a function": () => 1,
    "an array of a class": new (class extends Array {})()
  })) {
    it(`${name}: not known, and not asked`, () => assert.isFalse(small([value])))
  }

  it("a large typed array with a toJSON hides what it gives", () => {
    assert.strictEqual(estimate(Object.assign(new Uint8Array(100_000), { toJSON: fail }), 1024), Infinity)
  })

  it("a patched Buffer hides what it gives", () => {
    const { toJSON } = Buffer.prototype
    Buffer.prototype.toJSON = fail
    try {
      assert.strictEqual(estimate(Buffer.from("abc"), 1024), Infinity)
    } finally {
      Buffer.prototype.toJSON = toJSON
    }
  })

  it("stops as soon as it passes the threshold", () => {
    let looked = 0
    const watched = Array.from({ length: 100_000 }, (_, i) => ({ i }))
    const read = Object.getOwnPropertyDescriptor
    // The estimate keeps the native function it was loaded with, so what it costs is seen by what it gives.
    assert.strictEqual(read, Object.getOwnPropertyDescriptor)
    looked = estimate(watched, 1024)
    assert.isBelow(looked, 1024 + 2 + 200_000 + 100)
    assert.isAtLeast(looked, 1024)
  })

  it("is no smaller than half of the text, for values below the threshold", () => {
    const values = [
      { a: "b" },
      [1.5, 22, 333],
      { long: "x".repeat(500) },
      [[[[]]]],
      { a: { b: { c: null } } },
      [true, false],
      { hash: Buffer.alloc(32, 200) },
      { counts: new Float64Array(20) }
    ]
    for (const value of values) {
      const { length } = JSON.stringify(value)
      const size = estimate(value, 1024)
      assert.isTrue(size >= length / 2 && size <= length * 3 + 8, `${size} for ${length}`)
    }
  })
})
