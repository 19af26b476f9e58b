import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { isSerializationError, preview, Serialization, SerializationLayer } from "effect-serialization"
import * as fc from "fast-check"
import { generated } from "./support/tier.ts"

const values = fc.anything({ withDate: true, withNullPrototype: true, withBoxedValues: true, withSparseArray: true })

const thrower = (): never => {
  throw new Error("bad")
}

const define = <A extends object>(value: A, name: string, descriptor: PropertyDescriptor): A =>
  Object.defineProperty(value, name, { configurable: true, ...descriptor })

/** Values that have no text, or run code of the caller, in all the places where one is read. */
const odd: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.constantFrom(
    () => Object(1n),
    () => define(Object(1n), "valueOf", { value: thrower }),
    () => define(Object(1n), "valueOf", { value: Object }),
    () => define(Object("a"), "toString", { value: thrower }),
    () => define(Object(1), "valueOf", { value: Symbol }),
    () => BigInt64Array.of(1n, 2n),
    () => new BigUint64Array(5000),
    () => new Float16Array(5000),
    () => new DataView(new ArrayBuffer(1)),
    () => define(new DataView(new ArrayBuffer(1)), "a", { get: thrower, enumerable: true }),
    () => define(new Uint8Array(3), "a", { get: thrower, enumerable: true }),
    () => define(new Uint8Array(3), "a", { value: 1n, enumerable: true }),
    () => define(new Uint8Array(3), "length", { get: thrower }),
    () => define(new Uint8Array(5000), "length", { get: thrower }),
    () => define(new Uint8Array(3), "toJSON", { get: thrower }),
    () => Object.setPrototypeOf(new Uint8Array(3), null),
    () => define(Buffer.from("a"), "length", { get: thrower }),
    () => define(Buffer.from("a"), "toJSON", { get: thrower }),
    () => Buffer.alloc(1000),
    () => {
      const view = new Uint8Array(3)
      structuredClone(view, { transfer: [view.buffer] })
      return view
    },
    () => {
      const { proxy, revoke } = Proxy.revocable([], {})
      revoke()
      return proxy
    },
    () => new Proxy([1, 2], { get: (target, key) => (key === "length" ? NaN : Reflect.get(target, key)) }),
    () => {
      let reads = 0
      return {
        get toJSON() {
          return reads++ === 0 ? undefined : thrower()
        }
      }
    },
    () => ({ toJSON: () => ({ toJSON: thrower, a: 1n }) })
  ),
  fc
    .anything({ withBigInt: true, withBoxedValues: true, withTypedArray: true, withMap: true, withNullPrototype: true })
    .map((value) => () => value)
)

const oddPlaces: fc.Arbitrary<() => unknown> = fc.oneof(
  odd,
  fc.array(odd, { maxLength: 3 }).map((makes) => () => makes.map((make) => make())),
  fc
    .dictionary(fc.string(), odd, { maxKeys: 3 })
    .map((makes) => () => Object.fromEntries(Object.entries(makes).map(([key, make]) => [key, make()])))
)

const limits = fc.oneof(fc.nat(60), fc.constant(8192))

const service = (value: unknown, options: object) =>
  Effect.runSync(
    Effect.exit(
      Serialization.use((serialization) =>
        serialization.serialize(value, { routing: "sync", truncate: true, ...options })
      )
    ).pipe(Effect.provide(SerializationLayer.layerSliced()))
  )

/** What `JSON.stringify` gives once all that would fail has been replaced. */
const lenient = (value: unknown, space?: number): string => {
  const ancestors: Array<unknown> = []
  const replacer = function (this: unknown, _key: string, value: unknown) {
    if (typeof value === "bigint") return String(value)
    if (typeof value === "object" && value !== null) {
      while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop()
      if (ancestors.includes(value)) return "[Circular]"
      ancestors.push(value)
    }
    return value
  }
  return JSON.stringify(value, replacer, space) ?? "null"
}

describe("preview", () => {
  it("gives what the service gives with `truncate`", () => {
    fc.assert(
      fc.property(
        values,
        limits,
        fc.constantFrom({}, { pretty: true }, { space: "--" }, { replacer: ["a", "b"] }),
        (value, maxSize, options) => {
          const expected = service(value, { maxSize, ...options })
          if (Exit.isFailure(expected)) {
            assert.throws(() => preview(value, { maxSize, ...options }))
            return
          }
          const { serialized, truncated } = expected.value
          assert.deepStrictEqual(preview(value, { maxSize, ...options }), { serialized, truncated })
        }
      )
    )
  })

  it("lenient: of a value with JSON the same", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        limits,
        fc.constantFrom({}, { pretty: true }, { replacer: ["a", ""] }),
        (value, maxSize, options) => {
          const expected = service(value, { maxSize, ...options })
          const actual = preview(value, { maxSize, lenient: true, ...options })
          if (Exit.isFailure(expected)) assert.deepStrictEqual(actual, { serialized: "", truncated: true })
          else {
            const { serialized, truncated } = expected.value
            assert.deepStrictEqual(actual, { serialized, truncated })
          }
        }
      ),
      { numRuns: generated(500) }
    )
  })

  it("lenient: of any value the text with words in the place of what would fail", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withBoxedValues: true,
          withSparseArray: true,
          withMap: true,
          withTypedArray: true
        }),
        (value) => {
          const { serialized, truncated } = preview(value, { lenient: true, maxSize: Infinity })
          assert.isFalse(truncated)
          assert.strictEqual(serialized, lenient(value))
        }
      )
    )
  })

  it("lenient: cycles, bigints, what throws and what has no text", () => {
    const cycle: Record<string, unknown> = { a: [1] }
    cycle["self"] = { deeper: cycle }
    const shared = { x: 1 }
    const proxy = new Proxy({}, { ownKeys: () => Reflect.ownKeys(null as never) })
    const cases: ReadonlyArray<readonly [unknown, string]> = [
      [cycle, '{"a":[1],"self":{"deeper":"[Circular]"}}'],
      [[shared, shared], '[{"x":1},{"x":1}]'],
      [[1n, Object(2n)], '["1","2"]'],
      [undefined, "null"],
      [() => 1, "null"],
      [Symbol.iterator, "null"],
      [[undefined, () => 1], "[null,null]"],
      [{ a: undefined, b: 1 }, '{"b":1}'],
      [
        {
          get bad(): number {
            throw new Error("bad")
          },
          ok: 1
        },
        '{"bad":"[Thrown]","ok":1}'
      ],
      [
        {
          toJSON() {
            throw new Error("bad")
          }
        },
        '"[Thrown]"'
      ],
      [[proxy, 1], '["[Thrown]",1]'],
      [JSON.parse('{"__proto__":{"x":1}}'), '{"__proto__":{"x":1}}'],
      [Buffer.from("a"), '{"type":"Buffer","data":[97]}']
    ]
    for (const [value, expected] of cases) assert.strictEqual(preview(value, { lenient: true }).serialized, expected)
    const replacer = (key: string, value: unknown) => {
      if (key === "bad") throw new Error("bad")
      return value
    }
    assert.strictEqual(preview({ bad: 1, ok: 2 }, { lenient: true, replacer }).serialized, '{"bad":"[Thrown]","ok":2}')
    const listed = preview({ 1: "one", b: 2 }, { lenient: true, replacer: ["b", "1"] })
    assert.strictEqual(listed.serialized, '{"b":2,"1":"one"}')
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    assert.isTrue(preview(deep, { lenient: true }).truncated)
  })

  it("lenient: typed arrays", () => {
    const named = Object.assign(new Uint8Array([1]), { name: "x", big: 1n })
    const numbers = Float64Array.from({ length: 5000 }, (_, i) => i / 2)
    const buffer = Buffer.alloc(3000, 7)
    const cases: ReadonlyArray<readonly [unknown, string]> = [
      [BigInt64Array.of(1n, -2n), '{"0":"1","1":"-2"}'],
      [new BigUint64Array(0), "{}"],
      [define(new Uint8Array([1]), "bad", { get: thrower, enumerable: true }), '{"0":1,"bad":"[Thrown]"}'],
      [define(new DataView(new ArrayBuffer(1)), "bad", { get: thrower, enumerable: true }), '{"bad":"[Thrown]"}'],
      [define(new Uint8Array(1), "toJSON", { get: thrower }), '"[Thrown]"'],
      [named, '{"0":1,"name":"x","big":"1"}'],
      [[numbers, buffer, new Uint8Array(0)], JSON.stringify([numbers, buffer, new Uint8Array(0)])],
      // Of what a `toJSON` gives no `toJSON` is asked.
      [{ toJSON: () => buffer }, JSON.stringify({ toJSON: () => buffer })]
    ]
    for (const [value, expected] of cases)
      assert.strictEqual(preview(value, { lenient: true, maxSize: Infinity }).serialized, expected)
    const value = { numbers, buffer, small: Buffer.from("a") }
    for (const replacer of [["numbers", "1", "buffer", "data"], (_: string, item: unknown) => item]) {
      const { serialized } = preview(value, { lenient: true, maxSize: Infinity, replacer: replacer as never })
      assert.strictEqual(serialized, JSON.stringify(value, replacer as never))
    }
    const left = preview({ buffer: Buffer.alloc(100), x: 1 }, { lenient: true, maxSize: 60, replacer: ["buffer", "x"] })
    assert.strictEqual(left.serialized, '{"buffer":{},"x":1}')
    const long = preview([new BigInt64Array(2 ** 22), new Uint8Array(2 ** 22)], { lenient: true })
    assert.isTrue(long.truncated)
    assert.isAtLeast(long.serialized.length, 8000)
  })

  it("lenient: a list and a `space` that cannot be read", () => {
    const list = define(["a"], "0", { get: thrower })
    const space = define(Object(1), "valueOf", { value: thrower })
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    for (const options of [{ replacer: list }, { space }, { replacer: proxy }]) {
      assert.deepStrictEqual(preview({ a: 1 }, { lenient: true, ...options }), {
        serialized: '"[Thrown]"',
        truncated: false
      })
      assert.throws(() => preview({ a: 1 }, options), /bad|revoked/)
    }
  })

  it("lenient: throws of no value", () => {
    fc.assert(
      fc.property(
        oddPlaces,
        limits,
        fc.constantFrom<object>(
          {},
          { pretty: true },
          { replacer: ["a", "0", "length"] },
          { replacer: thrower },
          { replacer: (_: string, value: unknown) => value }
        ),
        (make, maxSize, options) => {
          const { serialized } = preview([make()], { lenient: true, maxSize, ...options })
          assert.isAtMost(serialized.length, maxSize)
          if (serialized === "") return
          JSON.parse(serialized)
          // What throws is replaced where it stands.
          const { replacer } = options as { readonly replacer?: unknown }
          if (replacer !== thrower) assert.notStrictEqual(serialized, '"[Thrown]"')
        }
      ),
      { numRuns: generated(2000) }
    )
  })

  it("lenient: throws of no patched built-in", () => {
    const prototype = Array.prototype as { toJSON?: unknown }
    try {
      prototype.toJSON = thrower
      assert.strictEqual(preview({ a: [1] }, { lenient: true }).serialized, '{"a":"[Thrown]"}')
    } finally {
      delete prototype.toJSON
    }
  })

  it("reads no further than its limit", () => {
    let reads = 0
    const value = Array.from({ length: 100_000 }, () => ({
      get id() {
        reads++
        return "some text"
      }
    }))
    for (const lenient of [false, true]) {
      reads = 0
      const { serialized, truncated } = preview(value, { lenient })
      assert.isTrue(truncated)
      assert.isAtMost(serialized.length, 8192)
      assert.isBelow(reads, 5000)
    }
  })

  it("throws of what has no JSON before the cut, and of options out of range", () => {
    const failures: ReadonlyArray<readonly [() => unknown, string]> = [
      [() => preview(1n), "UnsupportedValue"],
      [() => preview(undefined), "UnsupportedValue"],
      [() => preview(12345, { maxSize: 2 }), "SizeLimitExceeded"],
      [() => preview(1, { maxSize: -1 }), "InvalidOptions"],
      [() => preview(1, { lenient: 1 as never }), "InvalidOptions"]
    ]
    for (const [run, reason] of failures) {
      try {
        run()
        assert.fail("did not throw")
      } catch (error) {
        assert.isTrue(isSerializationError(error))
        assert.strictEqual((error as { readonly reason: { readonly _tag: string } }).reason._tag, reason)
      }
    }
    assert.deepStrictEqual(preview(["x".repeat(20_000), 1n]).truncated, true)
  })
})
