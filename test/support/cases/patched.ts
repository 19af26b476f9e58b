/** Built-ins that somebody has patched for a while. */
import { parityCase, type ParityCase, patchProperty, patchValue } from "../parityCase.ts"
import type { Recorder } from "../recorder.ts"

const sample = () => ({
  id: 1,
  text: "ab",
  big: [1, "two", null, true],
  at: new Date(0),
  nested: { list: [{ a: 1 }, []], map: new Map([[1, 2]]), set: new Set() },
  boxed: [new String("s"), new Number(1), new Boolean(false)],
  error: Object.assign(new Error("x"), { code: 1 }),
  regexp: /x/,
  view: Uint8Array.of(1, 2),
  buffer: Buffer.from("ab"),
  f: () => 1,
  s: Symbol("s"),
  url: new URL("https://example.com/")
})

type Patch = NonNullable<ParityCase["patch"]>

const patched = (
  name: string,
  patch: Patch,
  make: (recorder: Recorder) => unknown = sample,
  extra: Partial<ParityCase> = {}
): ParityCase => parityCase(`patched: ${name}`, make, { patch, ...extra })

/** A `toJSON` that calls go through only while a value of the case is serialized: the log has those calls and no others. */
const toJSONOn =
  (target: object, run: (this: any, key: string) => unknown): Patch =>
  (recorder) =>
    patchValue(target, "toJSON", recorder.toJSON(run))

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object

export const patchedCases: ReadonlyArray<ParityCase> = [
  patched(
    "Object.prototype.toJSON",
    toJSONOn(Object.prototype, function (key) {
      return typeof this === "object" && Object.getPrototypeOf(this) === Object.prototype
        ? { key, keys: Object.keys(this).length }
        : this
    })
  ),
  patched(
    "Object.prototype.toJSON that gives this",
    toJSONOn(Object.prototype, function () {
      return this
    })
  ),
  patched(
    "Object.prototype.toJSON that gives a string",
    toJSONOn(Object.prototype, (key) => `at ${key}`)
  ),
  patched(
    "Object.prototype.toJSON on deep data",
    toJSONOn(Object.prototype, function () {
      return Array.isArray(this) ? this : { ...this, seen: true }
    }),
    () => ({ a: [{ b: { c: [1, { d: 2 }] } }] })
  ),
  patched("Object.prototype.toJSON that is an accessor", (recorder) => {
    const toJSON = recorder.toJSON(function () {
      return this
    })
    return patchProperty(Object.prototype, "toJSON", { get: () => toJSON, enumerable: false })
  }),
  patched("Object.prototype.toJSON that is no function", () => patchValue(Object.prototype, "toJSON", "no function")),
  patched(
    "Object.prototype.toJSON that throws",
    (recorder) =>
      patchValue(
        Object.prototype,
        "toJSON",
        recorder.toJSON(function () {
          return Array.isArray(this) && this[0] === "stop" ? recorder.throw("array") : this
        })
      ),
    () => ({ a: { b: ["stop"] } }),
    { fails: "UserCodeFailed", pointer: "/a/b" }
  ),
  patched(
    "Array.prototype.toJSON",
    toJSONOn(Array.prototype, function (this: Array<unknown>) {
      return { length: this.length, first: this[0] }
    })
  ),
  patched(
    "Array.prototype.toJSON that gives a copy",
    toJSONOn(Array.prototype, function (this: Array<unknown>) {
      return this.slice(0, 2)
    })
  ),
  patched(
    "Function.prototype.toJSON",
    toJSONOn(Function.prototype, function () {
      return `function ${this.name}`
    })
  ),
  patched(
    "Function.prototype.toJSON, many functions",
    toJSONOn(Function.prototype, () => "f"),
    () => Array.from({ length: 200 }, (_, i) => ({ i, run: () => i }))
  ),
  patched(
    "BigInt.prototype.toJSON",
    toJSONOn(BigInt.prototype, function () {
      return `${this}n`
    }),
    () => ({ a: 1n, b: [2n ** 70n, { c: 3n }], d: Object(4n), e: BigInt64Array.of(5n) })
  ),
  patched(
    "BigInt.prototype.toJSON at the root",
    toJSONOn(BigInt.prototype, function () {
      return Number(this)
    }),
    () => 1n
  ),
  patched(
    "BigInt.prototype.toJSON, many bigints",
    toJSONOn(BigInt.prototype, function () {
      return String(this)
    }),
    () => Array.from({ length: 2000 }, (_, i) => ({ id: BigInt(i) ** 5n }))
  ),
  patched(
    "BigInt.prototype.toJSON that gives a bigint",
    toJSONOn(BigInt.prototype, () => 1n),
    () => ({ a: [1n] }),
    { fails: "UnsupportedValue", pointer: "/a/0", vague: true }
  ),
  patched(
    "BigInt.prototype.toJSON that throws",
    (recorder) => patchValue(BigInt.prototype, "toJSON", () => recorder.throw("big")),
    () => [[1n]],
    { fails: "UserCodeFailed", pointer: "/0/0" }
  ),
  patched(
    "String.prototype.toJSON: boxed strings only",
    toJSONOn(String.prototype, () => "patched string")
  ),
  patched(
    "Number.prototype.toJSON: boxed numbers only",
    toJSONOn(Number.prototype, () => "patched number")
  ),
  patched(
    "Boolean.prototype.toJSON: boxed booleans only",
    toJSONOn(Boolean.prototype, () => "patched boolean")
  ),
  patched(
    "Symbol.prototype.toJSON: boxed symbols only",
    toJSONOn(Symbol.prototype, () => "patched symbol"),
    () => [Symbol("s"), Object(Symbol("s")), { s: Symbol("t") }]
  ),
  patched(
    "Date.prototype.toJSON",
    toJSONOn(Date.prototype, function (this: Date) {
      return this.getTime()
    }),
    () => [new Date(0), { at: new Date(NaN) }]
  ),
  patched(
    "Date.prototype.toJSON, many dates",
    toJSONOn(Date.prototype, (key) => `date ${key}`),
    () => Array.from({ length: 400 }, (_, i) => new Date(i))
  ),
  patched(
    "Date.prototype.toJSON that throws",
    (recorder) => patchValue(Date.prototype, "toJSON", () => recorder.throw("date")),
    () => ({ a: [1, new Date(0)] }),
    { fails: "UserCodeFailed", pointer: "/a/1" }
  ),
  patched(
    "Date.prototype.toJSON taken away",
    () => patchValue(Date.prototype, "toJSON", undefined),
    () => [new Date(0), { at: new Date(1) }]
  ),
  patched(
    "Date.prototype.toISOString",
    () => patchValue(Date.prototype, "toISOString", () => "patched iso"),
    () => [new Date(0), { at: new Date(1), invalid: new Date(NaN) }]
  ),
  patched(
    "Date.prototype.toISOString that gives an object",
    () => patchValue(Date.prototype, "toISOString", () => ({ iso: [1] })),
    () => ({ at: new Date(1), all: [new Date(2)] })
  ),
  patched(
    "Date.prototype.toISOString that gives this",
    () =>
      patchValue(Date.prototype, "toISOString", function (this: Date) {
        return this
      }),
    () => ({ at: new Date(1) })
  ),
  patched(
    "Date.prototype.valueOf",
    () => patchValue(Date.prototype, "valueOf", () => NaN),
    () => [new Date(0), { at: new Date(1) }]
  ),
  patched(
    "Date.prototype[Symbol.toPrimitive]",
    () => patchValue(Date.prototype, Symbol.toPrimitive, () => Infinity),
    () => [new Date(0), { at: new Date(1) }]
  ),
  patched(
    "Buffer.prototype.toJSON",
    toJSONOn(Buffer.prototype, function (this: Buffer) {
      return this.toString("base64")
    }),
    () => [Buffer.from("ab"), { b: Buffer.alloc(3000) }]
  ),
  patched(
    "Buffer.prototype.toJSON taken away",
    () => patchValue(Buffer.prototype, "toJSON", undefined),
    () => [Buffer.from("ab"), { b: Buffer.alloc(3000) }]
  ),
  patched(
    "Uint8Array.prototype.toJSON",
    toJSONOn(Uint8Array.prototype, function (this: Uint8Array) {
      return this.length
    }),
    () => [Uint8Array.of(1), Buffer.from("ab"), Int8Array.of(1)]
  ),
  patched(
    "the toJSON of all typed arrays",
    toJSONOn(typedArray, function (this: Uint8Array) {
      return [...this]
    }),
    () => [Uint8Array.of(1), Buffer.from("ab"), { v: Float64Array.of(0.5) }]
  ),
  patched(
    "Map.prototype.toJSON and Set.prototype.toJSON",
    (recorder) => {
      const undo = [
        patchValue(
          Map.prototype,
          "toJSON",
          recorder.toJSON(function () {
            return [...this]
          })
        ),
        patchValue(
          Set.prototype,
          "toJSON",
          recorder.toJSON(function () {
            return [...this]
          })
        )
      ]
      return () => undo.forEach((restore) => restore())
    },
    () => ({ map: new Map<unknown, unknown>([[1, new Map([[2, 3]])]]), set: new Set([1, new Set(["x"])]) })
  ),
  patched(
    "Error.prototype.toJSON",
    toJSONOn(Error.prototype, function (this: Error) {
      return Object.assign({ error: this.name, text: this.message }, this)
    }),
    () => [new Error("a"), { e: Object.assign(new TypeError("b"), { code: 1 }) }]
  ),
  patched(
    "RegExp.prototype.toJSON",
    toJSONOn(RegExp.prototype, function (this: RegExp) {
      return this.source
    }),
    () => [/a/, { r: /b/ }]
  ),
  patched(
    "Number.prototype.valueOf: boxed numbers",
    () => patchValue(Number.prototype, "valueOf", () => 99),
    () => [new Number(1), { n: new Number(2), plain: 3 }]
  ),
  patched(
    "String.prototype.toString: boxed strings",
    () => patchValue(String.prototype, "toString", () => "patched"),
    () => [new String("a"), { s: new String("b"), plain: "c" }]
  ),
  patched(
    "Number.prototype[Symbol.toPrimitive]",
    () => patchValue(Number.prototype, Symbol.toPrimitive, () => 77),
    () => [new Number(1), 2]
  ),
  patched(
    "Boolean.prototype.valueOf: not used",
    () => patchValue(Boolean.prototype, "valueOf", () => "x"),
    () => [new Boolean(true), false]
  ),
  patched(
    "an index on Array.prototype: holes",
    () => patchProperty(Array.prototype, "1", { value: { hole: "filled" }, writable: true, enumerable: true }),
    () => [[0, , 2], new Array(3), { list: [, ,] }]
  ),
  patched(
    "a hidden index on Array.prototype: holes",
    () => patchProperty(Array.prototype, "1", { value: "hidden", writable: true, enumerable: false }),
    () => [[0, , 2], new Array(3), { list: [, ,] }]
  ),
  patched(
    "an index on Object.prototype: holes",
    () => patchProperty(Object.prototype, "1", { value: "from Object", writable: true, enumerable: true }),
    () => [[0, , 2], new Array(3), { list: [, ,] }, {}]
  ),
  patched(
    "an accessor at an index of Array.prototype: holes",
    () =>
      patchProperty(Array.prototype, "2", {
        get: () => "got",
        // Everybody else's `push` has to go on working.
        set(value) {
          Object.defineProperty(this, 2, { value, writable: true, enumerable: true, configurable: true })
        }
      }),
    () => [[0, 1, , 3], new Array(4)]
  ),
  patched("an enumerable name on Object.prototype", () =>
    patchProperty(Object.prototype, "everywhere", { value: 1, writable: true, enumerable: true })
  ),
  patched("an enumerable name on Array.prototype", () =>
    patchProperty(Array.prototype, "everywhere", { value: 1, writable: true, enumerable: true })
  ),
  // Keys that nobody else assigns to.
  patched(
    "a setter on Object.prototype for a key in use",
    () => patchProperty(Object.prototype, "rareKey", { get: () => "patched", set: () => {}, enumerable: false }),
    () => ({ a: 1, rareKey: [2], list: [{ rareKey: { b: 3 } }, {}] })
  ),
  patched(
    "a setter on Object.prototype for a key of a wide object",
    () => patchProperty(Object.prototype, "k77", { get: () => "patched", set: () => {}, enumerable: false }),
    () => Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, i]))
  ),
  patched(
    "an accessor without a setter on Object.prototype, in an object of which a child is replaced",
    () => patchProperty(Object.prototype, "rareKey", { get: () => "patched", enumerable: false }),
    (recorder) =>
      JSON.parse('{"list":[{"rareKey":1,"b":2}]}', (key, value: unknown) =>
        key === "b" ? { toJSON: recorder.toJSON(() => "b") } : value
      )
  ),
  patched(
    "a setter on Object.prototype, in an object of which a child is replaced",
    () => patchProperty(Object.prototype, "rareKey", { get: () => "patched", set: () => {}, enumerable: false }),
    (recorder) =>
      JSON.parse('{"list":[{"rareKey":1,"b":2}]}', (key, value: unknown) =>
        key === "b" ? { toJSON: recorder.toJSON(() => "b") } : value
      )
  ),
  patched(
    "a read-only name on Object.prototype for a key in use",
    () => patchProperty(Object.prototype, "rareKey", { value: "patched", writable: false, enumerable: false }),
    () => [JSON.parse('{"a":1,"rareKey":[2],"list":[{"rareKey":{"b":3}},{}]}')]
  ),
  patched(
    "an inherited name that a list asks for",
    () => patchProperty(Object.prototype, "everywhere", { value: [1], writable: true, enumerable: false }),
    () => [{ a: 1 }, { b: { c: 2 } }],
    {
      options: (_, names) => ({ replacer: [...names, "everywhere", "a"] }),
      isList: true
    }
  ),
  patched("JSON.stringify", () => patchValue(JSON, "stringify", () => "patched")),
  patched(
    "a toJSON on Object.prototype, with a replacer",
    toJSONOn(Object.prototype, function () {
      return this
    }),
    () => ({ a: [{ b: 1 }] }),
    {
      options: (recorder) => ({ replacer: recorder.replacer((_, value) => value) })
    }
  ),
  patched(
    "a toJSON on Object.prototype, with a list",
    toJSONOn(Object.prototype, function () {
      return this
    }),
    () => ({ a: [{ b: 1 }], b: 2 }),
    {
      options: (_, names) => ({ replacer: [...names, "b", "a"] }),
      isList: true
    }
  ),
  patched(
    "a toJSON on Array.prototype, pretty",
    toJSONOn(Array.prototype, function () {
      return { items: this.length }
    }),
    () => ({ a: [{ b: 1 }], b: [] }),
    {
      options: () => ({ pretty: true })
    }
  )
]
