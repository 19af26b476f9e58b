/** Replacers: functions, lists of names, and what is neither. */
import { listCase, nest, parityCase, type ParityCase } from "../parityCase.ts"
import type { Recorder } from "../recorder.ts"

type Replace = (this: any, key: string, value: any) => unknown

const sample = (recorder: Recorder) => ({
  id: 1,
  name: 'Ada "L"',
  at: new Date(0),
  list: [1, , "two", { deep: [null, undefined] }, () => 1],
  money: { toJSON: recorder.toJSON(() => ({ amount: 2 })) },
  nested: { a: { b: { c: NaN } } },
  error: Object.assign(new Error("x"), { code: 7 }),
  map: new Map([[1, 2]]),
  view: Uint8Array.of(1, 2),
  buffer: Buffer.from("ab"),
  boxed: [new Number(1), new String("s")],
  raw: (JSON as any).rawJSON("1.0"),
  2: "two",
  ["__proto__"]: "own"
})

const withReplacer = (
  name: string,
  replace: Replace,
  make: (recorder: Recorder) => unknown = sample,
  extra: Partial<ParityCase> = {}
): ParityCase =>
  parityCase(`replacer: ${name}`, make, { options: (recorder) => ({ replacer: recorder.replacer(replace) }), ...extra })

const functions = [
  withReplacer("that changes nothing", (_, value) => value),
  withReplacer("that drops strings", (_, value) => (typeof value === "string" ? undefined : value)),
  withReplacer("that drops an index and a key", (key, value) => (key === "1" || key === "name" ? undefined : value)),
  withReplacer("that fills holes", (_, value) => (value === undefined ? "hole" : value)),
  withReplacer("that writes what has no text", (_, value) =>
    typeof value === "function" ? "function" : typeof value === "symbol" ? "symbol" : value
  ),
  withReplacer("that doubles numbers", (_, value) => (typeof value === "number" ? value * 2 : value)),
  withReplacer("that reads its holder", function (key, value) {
    return Array.isArray(this) ? value : key === "name" ? `${this.id}: ${value}` : value
  }),
  withReplacer("that sees the Date behind its text", function (key, value) {
    return this[key] instanceof Date ? { date: this[key].getTime() } : value
  }),
  withReplacer("that gives objects with toJSON, which is not called", (_, value) =>
    value === 1 ? { toJSON: () => "never", one: true } : value
  ),
  withReplacer("that gives a Date, a Map and a view", (_, value) =>
    value === 1 ? [new Date(0), new Map(), Uint8Array.of(7)] : value
  ),
  withReplacer("that gives boxed primitives", (_, value) =>
    typeof value === "number" ? new Number(value + 1) : typeof value === "string" ? new String(value) : value
  ),
  withReplacer("that gives functions and symbols", (key, value) =>
    key === "id" ? () => 1 : key === "name" ? Symbol("s") : value
  ),
  withReplacer("that gives long strings", (key, value) => (key === "name" ? "long 😀 ".repeat(20_000) : value)),
  withReplacer("that gives a large array", (key, value) =>
    key === "id" ? Array.from({ length: 3000 }, (_, i) => ({ i })) : value
  ),
  withReplacer("that gives raw JSON", (_, value) =>
    Number.isInteger(value) ? (JSON as any).rawJSON(`${value}.00`) : value
  ),
  withReplacer("that gives a proxy", (key, value) => (key === "nested" ? new Proxy(value, {}) : value)),
  withReplacer(
    "that makes a bigint's text",
    (_, value) => (typeof value === "bigint" ? `${value}n` : value),
    () => ({ a: 1n, b: [2n, { c: 3n }], d: Object(4n) }),
    {
      fails: "UnsupportedValue"
    }
  ),
  withReplacer("that sorts keys", (_, value) =>
    value !== null &&
    typeof value === "object" &&
    !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  ),
  withReplacer(
    "that turns Maps into lists",
    (_, value) => (value instanceof Map ? [...value] : value),
    () => ({
      m: new Map<string, unknown>([
        ["a", 1],
        ["b", new Map([[1, 2]])]
      ])
    })
  ),
  withReplacer(
    "that replaces the root",
    (key, value) => (key === "" ? { wrapped: value } : value),
    () => [1, 2]
  ),
  withReplacer("that replaces the root by nothing", (key, value) => (key === "" ? undefined : value)),
  withReplacer(
    "that replaces a root of nothing",
    (key, value) => (key === "" ? "something" : value),
    () => undefined
  ),
  withReplacer("that replaces everything below by one value", (key, value) => (key === "" ? value : 0)),
  withReplacer(
    "on a string",
    (_, value) => `<${value}>`,
    () => "root"
  ),
  withReplacer(
    "on a long string",
    (_, value) => value,
    () => ["x😀".repeat(50_000)]
  ),
  withReplacer(
    "on an array of numbers",
    (key, value) => (key === "" ? value : value + Number(key)),
    () => Array.from({ length: 2000 }, (_, i) => i / 4)
  ),
  withReplacer(
    "on many records",
    (key, value) => (key === "secret" ? undefined : value),
    () => Array.from({ length: 3000 }, (_, i) => ({ id: i, secret: "s".repeat(30), tags: ["a", i] }))
  ),
  withReplacer(
    "on a wide object with integer-like keys",
    (key, value) => (key.endsWith("7") ? undefined : value),
    () => Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [(i * 7919) % 3001, i]))
  ),
  withReplacer(
    "on shared references",
    (_, value) => value,
    () => {
      const shared = { s: [1] }
      return [shared, { shared }, shared.s]
    }
  ),
  withReplacer(
    "on a deep value",
    (_, value) => value,
    () => nest(900, "bottom", (inner) => [inner])
  ),
  withReplacer(
    "on a proxy with integer-like keys out of order",
    (_, value) => value,
    () => new Proxy({ b: 1, 1: 2 }, { ownKeys: () => ["b", "1"] })
  ),
  withReplacer(
    "on boxed primitives",
    (key, value) => (key === "" ? value : typeof value),
    () => [new Number(1), new String("s"), new Boolean(true), Object(Symbol("s"))]
  ),
  withReplacer(
    "on a typed array",
    (key, value) => (key === "1" ? undefined : value),
    () => ({ v: Uint8Array.of(1, 2, 3), b: Buffer.from("ab") })
  ),
  withReplacer(
    "on what toJSON gave",
    (key, value) => (key === "inner" ? `${value}!` : value),
    (recorder) => ({
      a: { toJSON: recorder.toJSON(() => ({ inner: "in", other: { toJSON: recorder.toJSON(() => "out") } })) }
    })
  ),
  parityCase("replacer: a proxied function", () => ({ a: [1, { b: 2 }] }), {
    options: (recorder) => ({
      replacer: new Proxy(
        recorder.replacer((_, value) => (value === 2 ? "two" : value)),
        {}
      )
    })
  }),
  parityCase("replacer: a bound function", () => ({ a: 1 }), {
    options: (recorder) => ({
      replacer: recorder
        .replacer(function (_, value) {
          return value === 1 ? String(this) : value
        })
        .bind("bound")
    })
  }),
  parityCase("replacer: with pretty", (recorder) => sample(recorder), {
    options: (recorder) => ({
      replacer: recorder.replacer((key, value) => (key === "id" ? undefined : value)),
      pretty: true
    })
  }),
  parityCase(
    "replacer: with a gap of tabs",
    () => ({ a: [], b: {}, c: [undefined], d: { e: undefined }, f: [[1], { g: 1 }] }),
    {
      options: (recorder) => ({
        replacer: recorder.replacer((key, value) => (key === "g" ? undefined : value)),
        space: "\t"
      })
    }
  )
]

const failing = [
  withReplacer(
    "that throws at the root",
    function () {
      throw undefined
    },
    () => 1,
    {
      options: (recorder) => ({ replacer: recorder.replacer(() => recorder.throw(undefined)) }),
      fails: "UserCodeFailed",
      pointer: "",
      isAtRoot: true
    }
  ),
  parityCase("replacer: that throws below", () => ({ a: [1, { "b/": 2 }], c: 3 }), {
    options: (recorder) => ({
      replacer: recorder.replacer((key, value) => (key === "b/" ? recorder.throw(new Error("b")) : value))
    }),
    fails: "UserCodeFailed",
    pointer: "/a/1/b~1"
  }),
  parityCase(
    "replacer: that throws after many records",
    () => [...Array.from({ length: 2000 }, (_, i) => ({ i })), { stop: 1 }],
    {
      options: (recorder) => ({
        replacer: recorder.replacer((key, value) => (key === "stop" ? recorder.throw("stop") : value))
      }),
      fails: "UserCodeFailed",
      pointer: "/2000/stop"
    }
  ),
  parityCase("replacer: that gives a bigint", () => ({ a: ["big"] }), {
    options: (recorder) => ({ replacer: recorder.replacer((_, value) => (value === "big" ? 1n : value)) }),
    fails: "UnsupportedValue",
    pointer: "/a/0"
  }),
  parityCase("replacer: that gives its holder", () => ({ a: { b: 1 } }), {
    options: (recorder) => ({
      replacer: recorder.replacer(function (key, value) {
        return key === "b" ? this : value
      })
    }),
    fails: "CyclicValue",
    pointer: "/a/b"
  }),
  parityCase(
    "replacer: that opens a cycle",
    () => {
      const value: Record<string, unknown> = { a: { b: 1 } }
      value["self"] = value
      return value
    },
    { options: (recorder) => ({ replacer: recorder.replacer((key, value) => (key === "self" ? "cut" : value)) }) }
  ),
  parityCase("replacer: that writes bigints", () => ({ a: 1n, b: [2n, { c: 3n }] }), {
    options: (recorder) => ({
      replacer: recorder.replacer((_, value) => (typeof value === "bigint" ? `${value}n` : value))
    })
  }),
  parityCase(
    "replacer: with an accessor that throws",
    (recorder) => ({
      a: {
        get b() {
          return recorder.throw("b")
        }
      }
    }),
    {
      options: (recorder) => ({ replacer: recorder.replacer((_, value) => value) }),
      fails: "UserCodeFailed",
      pointer: "/a/b"
    }
  ),
  parityCase(
    "replacer: with a toJSON that throws",
    (recorder) => ({ a: [{ toJSON: recorder.toJSON(() => recorder.throw(0)) }] }),
    {
      options: (recorder) => ({ replacer: recorder.replacer((_, value) => value) }),
      fails: "UserCodeFailed",
      pointer: "/a/0"
    }
  )
]

const changing = [
  withReplacer(
    "that deletes a later key",
    function (key, value) {
      if (key === "id") delete this.nested
      return value
    },
    sample,
    { mutates: true }
  ),
  withReplacer(
    "that grows an array",
    function (key, value) {
      if (Array.isArray(this) && key === "0") this.push("pushed")
      return value
    },
    sample,
    { mutates: true }
  ),
  withReplacer(
    "that shortens an array",
    function (key, value) {
      if (Array.isArray(this) && key === "0") this.length = 1
      return value
    },
    sample,
    { mutates: true }
  ),
  withReplacer(
    "that changes a later key",
    function (key, value) {
      if (key === "id") this.name = { changed: [1] }
      return value
    },
    sample,
    { mutates: true }
  )
]

class Animal {
  legs = 4
  get noise() {
    return "growl"
  }
  kind() {
    return "animal"
  }
}

const nested = { 0: { 1: { 2: "2", 3: { 4: { 5: { 2: "omitted" } } } } }, 1: 1, 2: 2, 3: 3 }

const inheriting = (index: number, name: unknown): object =>
  Object.assign(Object.create(Array.prototype), { [index]: name }) as object

/** A list whose next to second name changes the rest of it when it is read. */
const hijacked = (list: Array<unknown>): ReadonlyArray<unknown> => {
  const { length } = list
  Object.defineProperty(list, length - 3, {
    get: () => {
      Object.defineProperty(list, length, { value: 4 })
      delete list[length - 2]
      delete list[length - 1]
      list[length + 1] = 5
      return 1
    }
  })
  return Object.setPrototypeOf(list, inheriting(length - 1, 3)) as ReadonlyArray<unknown>
}

const lists = [
  listCase("keeps its own order", ["c", "a", "b"], () => [{ a: 1, b: 2, c: { b: 1, c: 2 } }]),
  listCase("with names twice", ["b", "a", "b", "a"], () => [{ a: 1, b: 2 }]),
  listCase("with numbers", [2, 0, -0, 1.5, NaN, 1e21], () => [
    { 0: "zero", 1.5: "x", 2: "two", NaN: "n", "1e+21": "big", 1: "not" }
  ]),
  listCase("with boxed names", [new String("a"), new Number(1)], () => [{ a: 1, 1: 2, b: 3 }]),
  listCase("with what is no name", [null, undefined, {}, true, Symbol("s"), ["a"], () => 1, "b"], () => [
    { a: 1, b: 2, null: 3, true: 4 }
  ]),
  listCase("that is empty", [], () => [{ a: 1 }, [{ b: 2 }], "text"]),
  listCase("does not touch arrays", ["0"], () => [[1, 2, { 0: "a", 1: "b" }]]),
  listCase("message of an Error", ["message"], () => [new Error("shown"), { error: new TypeError("t"), message: "m" }]),
  listCase("name, message and cause of an Error", ["name", "message", "cause", "error"], () => ({
    error: new TypeError("t", { cause: new Error("inner") })
  })),
  listCase("size of a Map", ["size", "map"], () => ({ map: new Map([[1, 2]]), size: 3, set: new Set() })),
  listCase("length of a string", ["length", "text"], () => ({
    text: "abc",
    boxed: new String("abc"),
    length: { length: 1 }
  })),
  listCase("inherited names", ["noise", "legs", "kind", "inherited"], () => [
    new Animal(),
    Object.create({ inherited: [1] })
  ]),
  listCase("hidden names", ["hidden", "a"], () => [
    Object.defineProperty({ a: 1 }, "hidden", { value: { hidden: 2 } })
  ]),
  listCase("names of Object.prototype", ["constructor", "toString", "__proto__", "a"], () => [
    { a: 1 },
    Object.create({ a: 2 }),
    JSON.parse('{"__proto__":{"a":1}}')
  ]),
  listCase("integer-like names keep the list's order", ["10", "b", "9", "1", "a"], () => [
    { 1: 1, 9: 9, 10: 10, a: "a", b: { 10: 1, 1: 2 } }
  ]),
  listCase("on typed arrays and Buffers", ["length", "byteLength", "0", "type", "data"], () => [
    Uint8Array.of(7, 8),
    Buffer.from("ab"),
    new ArrayBuffer(2)
  ]),
  listCase("on Dates and what toJSON gives", ["a", "getTime", "toJSON"], (recorder) => [
    new Date(0),
    { toJSON: recorder.toJSON(() => ({ a: 1, b: 2 })) }
  ]),
  listCase("on a proxy", ["b", "a"], () => [new Proxy({ a: 1, b: 2, c: 3 }, {})]),
  listCase("on a proxy that makes up entries", ["made", "a"], () => [
    new Proxy({ a: 1 }, { get: (target, key) => (key === "made" ? "up" : Reflect.get(target, key)) })
  ]),
  listCase("on accessors, own and inherited", ["a", "noise"], () => [
    {
      get a() {
        return 1
      }
    },
    new Animal(),
    Object.create({
      get a() {
        return { a: 2 }
      }
    })
  ]),
  listCase("on a function with toJSON", ["name", "a"], (recorder) => [
    Object.assign(() => 1, { toJSON: recorder.toJSON(() => ({ name: "n", z: 1 })) })
  ]),
  listCase("on a class with toJSON", ["amount"], (recorder) => {
    class Money {
      amount = 1
      toJSON(key: string) {
        recorder.call("toJSON", this, [key])
        return { amount: [this.amount], currency: "EUR" }
      }
    }
    return [new Money(), { amount: new Money() }]
  }),
  listCase(
    "of many names",
    Array.from({ length: 300 }, (_, i) => `k${299 - i}`),
    () => [Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`k${i}`, i]))]
  ),
  listCase("on many records", ["name", "id"], () =>
    Array.from({ length: 3000 }, (_, i) => ({ id: i, secret: "s".repeat(20), name: `n${i}` }))
  ),
  listCase("on a wide object", ["k7", "k2999", "missing"], () =>
    Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, { k7: i }]))
  ),
  listCase("on a deep value", ["n"], () => nest(900, { n: "bottom", m: 1 }, (n) => ({ n, m: "left out" }))),
  listCase("on boxed primitives", ["a"], () => [
    new Number(1),
    new String("s"),
    Object.assign(new Boolean(true), { a: 1 })
  ]),
  listCase("on raw JSON", ["rawJSON", "a"], () => [
    (JSON as any).rawJSON("1.0"),
    { rawJSON: 1, a: (JSON as any).rawJSON('"x"') }
  ]),
  listCase("skips a bigint", ["a"], () => [{ a: 1, b: 1n }]),
  listCase("skips a cycle", ["a"], () => {
    const value: Record<string, unknown> = { a: 1 }
    value["self"] = value
    return [value]
  }),
  listCase("finds a bigint", ["b"], () => [{ a: 1, b: 1n }], { fails: "UnsupportedValue", pointer: "/0/b" }),
  listCase("finds an inherited bigint", ["b"], () => [Object.create({ b: 1n })], { fails: "UnsupportedValue" }),
  listCase(
    "finds a cycle through hidden and inherited names",
    ["up"],
    () => {
      const value: Record<string, unknown> = {}
      Object.setPrototypeOf(value, { up: value })
      return [value]
    },
    { fails: "CyclicValue", vague: true }
  ),
  listCase(
    "an inherited accessor throws",
    ["bad"],
    (recorder) => [
      Object.create({
        get bad() {
          return recorder.throw("inherited")
        }
      })
    ],
    {
      fails: "UserCodeFailed"
    }
  ),
  listCase(
    "no toJSON is called behind a boxed number whose valueOf throws",
    ["a"],
    (recorder) => [
      Object.assign(new Number(1), { valueOf: () => recorder.throw("first") }),
      Object.assign([1], { toJSON: recorder.toJSON(() => "never") })
    ],
    { fails: "UserCodeFailed", pointer: "/0", vague: true }
  ),
  listCase("leaves out what cannot be cloned", ["a"], () => [{ a: 1, b: () => 1, d: new Proxy({}, {}) }]),
  listCase("leaves out an array with a toJSON of its own", ["a"], (recorder) => [
    { a: 1, b: Object.assign([1], { toJSON: recorder.toJSON(() => "never") }) }
  ]),
  listCase("with a constructor's cycle", ["constructor", "prototype"], () => [
    Object.assign(Object.create(null), { constructor: { prototype: 1 } })
  ]),
  parityCase("list: a proxied one", () => [{ a: 1, b: 2 }], {
    options: (_, names) => ({ replacer: new Proxy([...names, "b"], {}) }),
    isList: true
  }),
  parityCase("list: with holes and an inherited index", () => [{ a: 1, b: 2 }], {
    options: (_, names) => ({
      replacer: Object.setPrototypeOf(
        [...names, , "b"],
        Object.assign(Object.create(Array.prototype), { [names.length]: "a" })
      )
    }),
    isList: true
  }),
  parityCase("list: with pretty", () => [{ a: { b: [], a: {} }, b: [1, { a: 1, c: 2 }], c: 3 }], {
    options: (_, names) => ({ replacer: [...names, "b", "a"], pretty: true }),
    isList: true
  }),
  // As in "stringify-replacer-array-hijinks" of test262: the length is read once, before the elements.
  parityCase("list: a getter in it takes away, adds, and lets what is inherited shine through", () => nested, {
    options: (_, names) => ({ replacer: hijacked([...names, 0, 1, 2, 3]) }),
    isList: true
  }),
  parityCase("list: a getter in it makes it shorter", () => nested, {
    options: (_, names) => {
      const replacer: Array<unknown> = [...names, "0", "1", "2", "3"]
      Object.defineProperty(replacer, names.length, { get: () => ((replacer.length = names.length), "0") })
      return { replacer: Object.setPrototypeOf(replacer, inheriting(names.length + 3, "1")) }
    },
    isList: true
  }),
  parityCase("list: a proxied one that changes its length", () => [{ a: 1, b: 2, c: 3 }], {
    options: (_, names) => {
      let reads = 0
      const get = (target: Array<string>, key: PropertyKey) =>
        key === "length" ? names.length + 2 - Math.min(2, reads++) : Reflect.get(target, key)
      return { replacer: new Proxy([...names, "b", "a"], { get }) }
    },
    isList: true
  }),
  parityCase("list: a proxied one of an odd length", () => [{ a: 1, b: 2, c: 3 }], {
    options: (_, names) => {
      const get = (target: Array<string>, key: PropertyKey) =>
        key === "length" ? { valueOf: () => `${names.length + 1}.9` } : Reflect.get(target, key)
      return { replacer: new Proxy([...names, "b", "a"], { get }) }
    },
    isList: true
  }),
  parityCase("list: names twice, as numbers and in objects", () => [{ 1: "a", 10: "b", x: "c" }], {
    options: (_, names) => ({ replacer: [...names, 1, "1", new Number(10), 10, new String("x"), "x", -0, 1e21] }),
    isList: true
  }),
  parityCase("list: a getter in it throws", () => [{ a: 1 }], {
    options: (recorder, names) => {
      const replacer = [...names, "a"]
      return { replacer: Object.defineProperty(replacer, names.length, { get: () => recorder.throw("list") }) }
    },
    isList: true,
    fails: "UserCodeFailed",
    isAtRoot: true
  }),
  parityCase("list: names whose conversion is user code", () => [{ x: 1, y: 2 }], {
    options: (_, names) => ({ replacer: [...names, Object.assign(new String("x"), { toString: () => "y" })] }),
    isList: true
  })
]

const neither = [{ a: 1 }, "a", 1, true, null, new String("a"), Symbol("s"), new Map(), /x/].map((replacer) =>
  parityCase(
    `replacer: ignored when it is ${Object.prototype.toString.call(replacer)} of type ${typeof replacer}`,
    () => ({ a: 1, b: [2] }),
    {
      options: () => ({ replacer })
    }
  )
)

export const replacerCases: ReadonlyArray<ParityCase> = [...functions, ...failing, ...changing, ...lists, ...neither]
