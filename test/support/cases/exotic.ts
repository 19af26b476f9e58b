/** Proxies, accessors, bigints, raw JSON, functions and symbols, cycles. */
import { casesOf, parityCase, type ParityCase } from "../parityCase.ts"

const rawJSON = (text: string): unknown => (JSON as any).rawJSON(text)

/** A proxy that shows these entries in this order, whatever their keys are. */
const ordered = (entries: ReadonlyArray<readonly [string, unknown]>): object => {
  const values = new Map(entries)
  return new Proxy(
    {},
    {
      ownKeys: () => entries.map(([key]) => key),
      getOwnPropertyDescriptor: (_, key) =>
        values.has(String(key)) ? { value: values.get(String(key)), enumerable: true, configurable: true } : undefined,
      get: (_, key) => (typeof key === "string" ? values.get(key) : undefined)
    }
  )
}

const proxies = casesOf("proxies", {
  "of an object": () => new Proxy({ a: 1, b: [2] }, {}),
  "of an array": () => ({ list: new Proxy([1, { a: 2 }, undefined], {}) }),
  "of an array, at the root": () => new Proxy([1, 2], {}),
  "of a proxy": () => [new Proxy(new Proxy({ a: 1 }, {}), {}), new Proxy(new Proxy([1], {}), {})],
  "of a function": () => ({ f: new Proxy(() => 1, {}), list: [new Proxy(class {}, {})] }),
  "of a function with toJSON": (recorder) => [
    new Proxy(
      Object.assign(() => 1, { toJSON: recorder.toJSON(() => "f") }),
      {}
    )
  ],
  "of boxed primitives, a Map, an Error, a view": () => [
    new Proxy(new Number(1), {}),
    new Proxy(new Map(), {}),
    new Proxy(new Error("x"), {}),
    new Proxy(Uint8Array.of(1, 2), {})
  ],
  "integer-like keys out of order": () =>
    ordered([
      ["b", 1],
      ["2", "two"],
      ["a", 3],
      ["1", "one"],
      ["0", [4]]
    ]),
  "integer-like keys out of order, nested": () => ({
    list: [
      ordered([
        ["10", { x: 1 }],
        [
          "9",
          ordered([
            ["1", 1],
            ["0", 0]
          ])
        ]
      ])
    ]
  }),
  "a __proto__ key": () =>
    ordered([
      ["__proto__", { a: 1 }],
      ["constructor", 2]
    ]),
  "very many keys": () => ordered(Array.from({ length: 3000 }, (_, i) => [String((i * 7919) % 3001), { i }])),
  "symbols among the keys": () => new Proxy({ [Symbol("s")]: 1, a: 2 }, {}),
  "keys said not to be enumerable": () =>
    new Proxy(
      { a: 1, b: 2 },
      {
        getOwnPropertyDescriptor: (target, key) => ({
          ...Reflect.getOwnPropertyDescriptor(target, key)!,
          enumerable: key === "b"
        })
      }
    ),
  "values made up": () =>
    new Proxy(
      { a: 1, b: 2 },
      { get: (_, key) => (typeof key === "string" && key !== "toJSON" ? { made: key } : undefined) }
    ),
  "a toJSON made up": (recorder) => {
    const toJSON = recorder.toJSON(() => ({ up: true }))
    return [new Proxy({}, { get: (_, key) => (key === "toJSON" ? toJSON : undefined) })]
  },
  "a proxy as prototype": () => [Object.assign(Object.create(new Proxy({ inherited: 1 }, {})), { own: 2 })],
  "a proxy with toJSON as prototype": (recorder) => {
    const toJSON = recorder.toJSON(() => "from the prototype")
    return [Object.create(new Proxy({}, { get: (_, key) => (key === "toJSON" ? toJSON : undefined) }))]
  },
  "an array that says it is longer": () => [
    new Proxy([1, 2], { get: (target, key, self) => (key === "length" ? 4 : Reflect.get(target, key, self)) })
  ],
  "an array whose length is odd": () =>
    ["2", 1.9, -1, NaN, null, undefined, new Number(1)].map(
      (length) =>
        new Proxy([1, 2, 3], {
          get: (target, key, self) => (key === "length" ? length : Reflect.get(target, key, self))
        })
    ),
  "an array whose elements are made up": () =>
    new Proxy(new Array(50), {
      get: (target, key, self) =>
        typeof key === "string" && /^\d+$/.test(key) ? { index: key } : Reflect.get(target, key, self)
    }),
  "large, of records": () =>
    new Proxy(
      Array.from({ length: 2000 }, (_, i) => ({ i, text: "t".repeat(i % 40) })),
      {}
    )
})

const trap = (
  name: string,
  handler: (recorder: { throw(error: unknown): never }) => ProxyHandler<any>,
  target: () => object = () => ({ a: 1 })
) =>
  parityCase(`proxies: ${name} throws`, (recorder) => ({ list: [1, new Proxy(target(), handler(recorder))] }), {
    fails: "UserCodeFailed",
    pointer: "/list/1",
    vague: true
  })

const brokenProxies = [
  trap("the ownKeys trap", (recorder) => ({ ownKeys: () => recorder.throw(new Error("ownKeys")) })),
  trap("the get trap", (recorder) => ({ get: () => recorder.throw("get") })),
  trap("the getOwnPropertyDescriptor trap", (recorder) => ({ getOwnPropertyDescriptor: () => recorder.throw(null) })),
  trap(
    "the get trap of an array",
    (recorder) => ({ get: (_, key) => (key === "length" ? recorder.throw(1) : undefined) }),
    () => [1]
  ),
  parityCase("proxies: of a Date", () => ({ at: new Proxy(new Date(0), {}) }), {
    fails: "UserCodeFailed",
    pointer: "/at",
    vague: true
  }),
  parityCase(
    "proxies: revoked",
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return { list: [proxy] }
    },
    { fails: "UserCodeFailed", pointer: "/list/0", vague: true }
  ),
  parityCase(
    "proxies: revoked, of an array",
    () => {
      const { proxy, revoke } = Proxy.revocable([], {})
      revoke()
      return [proxy]
    },
    { fails: "UserCodeFailed", pointer: "/0", vague: true }
  )
]

const lengths = ["2", 2.5, -1, NaN, null, undefined].flatMap((length) => {
  const name = `proxies: an array whose length is ${typeof length === "string" ? `"${length}"` : length}`
  const make = () =>
    new Proxy([1, { a: 2 }, 3], {
      get: (target, key, self) => (key === "length" ? length : Reflect.get(target, key, self))
    })
  return [
    parityCase(name, make),
    parityCase(`${name}, with a replacer`, make, {
      options: (recorder) => ({ replacer: recorder.replacer((_, value) => value) })
    })
  ]
})

// `for...in` asks for the prototype, `JSON.stringify` does not.
const withoutPrototype = casesOf("proxies", {
  "one that does not tell its prototype": () => [
    new Proxy(
      { a: 1, b: { c: [2] } },
      {
        getPrototypeOf() {
          throw new Error("asked for the prototype")
        }
      }
    ),
    3
  ]
})

const inherited = casesOf("inherited", {
  "values of the prototype": () => [
    Object.assign(Object.create({ a: 1, b: { c: 2 }, text: "t".repeat(500) }), { own: 3 })
  ],
  "a prototype that leads back, and nothing else": () => {
    const prototype: Record<string, unknown> = {}
    const value = Object.create(prototype) as object
    prototype["first"] = value
    prototype["last"] = value
    return [value, { value }]
  },
  "many that share large defaults": () => {
    const defaults = { rows: Array.from({ length: 200 }, (_, i) => ({ i, text: "default" })) }
    return Array.from({ length: 300 }, (_, i) => Object.assign(Object.create(defaults), { i }))
  },
  "an accessor of the prototype, which nobody calls": (recorder) => {
    const prototype = {
      get bad(): never {
        return recorder.throw(new Error("called"))
      }
    }
    return [Object.assign(Object.create(prototype), { a: 1 }), { b: Object.create(prototype) as object }]
  },
  "a name that shadows one of the prototype": () => [Object.assign(Object.create({ a: { b: 1 } }), { a: [2] })],
  "a boxed number with a prototype of its own": () => [
    Object.setPrototypeOf(new Number(5), Object.create(Number.prototype, { extra: { value: 1, enumerable: true } }))
  ]
})

const accessors = casesOf("accessors", {
  "own and enumerable": () => ({
    a: 1,
    get b() {
      return { c: [2] }
    },
    d: 3
  }),
  "own on an array": () => Object.defineProperty([1, 2, 3], 1, { get: () => ({ got: true }), enumerable: true }),
  "own on a hole": () => Object.defineProperty([1, , 3], 1, { get: () => "filled", enumerable: true }),
  "that give nothing": () => ({
    get a() {
      return undefined
    },
    get b() {
      return () => 1
    },
    c: 1
  }),
  "without a getter": () => Object.defineProperty({ a: 1 }, "b", { set: () => {}, enumerable: true }),
  "that are not enumerable": () => Object.defineProperty({ a: 1 }, "b", { get: () => 2 }),
  "of a class, not own": () =>
    new (class {
      readonly a = 1
      get b() {
        return 2
      }
    })(),
  "that read a private field": () => {
    class Account {
      #balance = 7
      constructor() {
        Object.defineProperty(this, "balance", { enumerable: true, get: () => this.#balance })
      }
    }
    return [new Account(), { account: new Account() }]
  },
  "that read this": () => ({
    first: "Ada",
    last: "Lovelace",
    get full(): string {
      const self: any = this
      return `${self.first} ${self.last}`
    }
  }),
  "on the prototype with the key of an own property": () => Object.assign(Object.create(null), { a: 1 }),
  "that give something with toJSON": (recorder) => {
    const value = { toJSON: recorder.toJSON((key) => `at ${key}`) }
    return {
      get a() {
        return value
      },
      b: [value]
    }
  },
  "that give much": () => {
    const rows = Array.from({ length: 5000 }, (_, i) => ({ i }))
    return {
      before: 1,
      get rows() {
        return rows
      },
      after: 2
    }
  },
  "that give a new object each time": () => ({
    get rows() {
      return Array.from({ length: 5000 }, (_, i) => ({ i }))
    }
  }),
  many: () =>
    Object.defineProperties(
      {},
      Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, { get: () => i, enumerable: true }]))
    )
})

const brokenAccessors = [
  parityCase(
    "accessors: that throw",
    (recorder) => ({
      a: [
        {
          get b() {
            return recorder.throw(new Error("accessor"))
          }
        }
      ]
    }),
    { fails: "UserCodeFailed", pointer: "/a/0/b", vague: true }
  ),
  parityCase(
    "accessors: that throw on an array",
    (recorder) => ({ a: Object.defineProperty([1, 2], 1, { get: () => recorder.throw("element"), enumerable: true }) }),
    {
      fails: "UserCodeFailed",
      pointer: "/a/1",
      vague: true
    }
  ),
  parityCase(
    "accessors: that give a bigint",
    () => ({
      a: {
        get b() {
          return 1n
        }
      }
    }),
    { fails: "UnsupportedValue", pointer: "/a/b", vague: true }
  )
]

const bigints = [
  parityCase("bigint: at the root", () => 1n, { fails: "UnsupportedValue", pointer: "" }),
  parityCase("bigint: in an object", () => ({ a: { b: 1, "c/d": 0n } }), {
    fails: "UnsupportedValue",
    pointer: "/a/c~1d"
  }),
  parityCase("bigint: in an array", () => [[0, [1n]]], { fails: "UnsupportedValue", pointer: "/0/1/0" }),
  parityCase("bigint: boxed", () => ({ a: Object(1n) }), { fails: "UnsupportedValue", pointer: "/a" }),
  parityCase("bigint: boxed, with an own toJSON", (recorder) => ({
    a: Object.assign(Object(1n), {
      toJSON: recorder.toJSON(function () {
        return String(this)
      })
    })
  })),
  parityCase("bigint: in what has no text", () => ({
    a: Object.assign(() => 1, { b: 1n }),
    m: new Map([[1n, 1n]]),
    [Symbol("s")]: 1n
  })),
  parityCase("bigint: not enumerable", () => Object.defineProperty({ a: 1 }, "b", { value: 1n })),
  parityCase("bigint: the first of two", () => ({ a: [1, 2n], b: 3n }), { fails: "UnsupportedValue", pointer: "/a/1" }),
  parityCase(
    "bigint: before a cycle",
    () => {
      const value: Record<string, unknown> = { a: 1n }
      value["self"] = value
      return value
    },
    { fails: "UnsupportedValue", pointer: "/a" }
  )
]

const raw = casesOf("rawJSON", {
  numbers: () => [rawJSON("1"), rawJSON("12345678901234567890.123456789"), rawJSON("-0"), rawJSON("1E+400")],
  literals: () => ({ n: rawJSON("null"), t: rawJSON("true"), f: rawJSON("false") }),
  strings: () => [
    rawJSON('"text"'),
    rawJSON('"\\u0041\\ud83d\\ude00\\/"'),
    rawJSON('"é😀"'),
    rawJSON('""'),
    rawJSON('"\ud83d"')
  ],
  "at the root": () => rawJSON("1e1000"),
  "a long one": () => ({ a: rawJSON(`"${"\\u0041".repeat(20_000)}"`), b: rawJSON("9".repeat(3000)) }),
  many: () => Array.from({ length: 300 }, (_, i) => ({ id: rawJSON(`${i}.0`), list: [rawJSON(String(i))] })),
  "looks like it": () => [Object.freeze(Object.assign(Object.create(null), { rawJSON: "1" })), { rawJSON: "2" }],
  "proxied: an ordinary object": () => [new Proxy(rawJSON("1") as object, {})],
  "as prototype: an ordinary object": () => [Object.assign(Object.create(rawJSON("1") as object), { own: 1 })]
})

const functions = casesOf("functions and symbols", {
  "in objects and arrays": () => ({
    f() {},
    g: () => 1,
    c: class {},
    a: async () => {},
    list: [() => 1, class {}, Symbol("s"), Symbol.iterator]
  }),
  "with own properties": () => [Object.assign(() => 1, { own: 1 })],
  "all entries of a large object": () => Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`f${i}`, () => i])),
  "between entries": () =>
    Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`k${i}`, i % 3 === 0 ? () => i : i % 3 === 1 ? Symbol.iterator : { i }])
    ),
  "all elements of a large array": () => Array.from({ length: 3000 }, (_, i) => () => i),
  "at the end of a large object": () => ({ text: "t".repeat(70_000), last: () => 1 }),
  "at the start of a large object": () => ({ first: undefined, text: "t".repeat(70_000) }),
  "as keys": () => ({ [Symbol("a")]: 1, [Symbol.for("b")]: { c: 1 }, d: Symbol.for("e") })
})

const cycle = (name: string, pointer: string, make: () => unknown, extra: Partial<ParityCase> = {}): ParityCase =>
  parityCase(`cycles: ${name}`, make, { fails: "CyclicValue", pointer, ...extra })

const cycles = [
  cycle("an object in itself", "/self", () => {
    const value: Record<string, unknown> = { a: 1 }
    value["self"] = value
    return value
  }),
  cycle("an array in itself", "/1", () => {
    const value: Array<unknown> = [1]
    value.push(value)
    return value
  }),
  cycle("to the parent", "/children/1/parent", () => {
    const parent: Record<string, unknown> = {}
    parent["children"] = [{ name: "a" }, { name: "b", parent }, { name: "c", parent }]
    return parent
  }),
  cycle("keys to escape", "/a~1b/~0/", () => {
    const value: Record<string, unknown> = {}
    value["a/b"] = { "~": { "": value } }
    return value
  }),
  cycle("behind many records", "/500/back", () => {
    const value: Array<unknown> = Array.from({ length: 500 }, (_, i) => ({ i, text: "t".repeat(300) }))
    value.push({ back: value })
    return value
  }),
  cycle(
    "deep below, to the root",
    "/n".repeat(3000),
    () => {
      const root: Record<string, unknown> = {}
      let last = root
      for (let i = 0; i < 2999; i++) last = (last["n"] = {}) as Record<string, unknown>
      last["n"] = root
      return root
    },
    { isLarge: true }
  ),
  cycle(
    "deep below, to one close by",
    "/n".repeat(2000) + "/n/n",
    () => {
      const inner: Record<string, unknown> = {}
      inner["n"] = { n: inner }
      let value: unknown = inner
      for (let i = 0; i < 2000; i++) value = { n: value }
      return value
    },
    { isLarge: true }
  ),
  cycle(
    "through a proxy",
    "/p/a",
    () => {
      const target: Record<string, unknown> = {}
      const proxy = new Proxy(target, {})
      target["a"] = proxy
      return { p: proxy }
    },
    { vague: true }
  ),
  cycle(
    "through an accessor",
    "/a/up",
    () => {
      const value: Record<string, unknown> = {}
      value["a"] = {
        get up() {
          return value
        }
      }
      return value
    },
    { vague: true }
  ),
  cycle("through a class instance", "/left/parent", () => {
    class Node {
      left: Node | undefined = undefined
      parent: Node | undefined = undefined
    }
    const [root, leaf] = [new Node(), new Node()]
    root.left = leaf
    leaf.parent = root
    return root
  }),
  cycle("through an own property of a Map, an Error and a function's holder", "/0/me", () => {
    const map: Map<unknown, unknown> & { me?: unknown } = new Map()
    map.me = map
    return [map]
  }),
  cycle("through a typed array's own property", "/0/me", () => {
    const view: Uint8Array & { me?: unknown } = Uint8Array.of()
    view.me = view
    return [view]
  }),
  cycle("before a bigint", "/self", () => {
    const value: Record<string, unknown> = {}
    value["self"] = value
    value["b"] = 1n
    return value
  }),
  parityCase("cycles: none, though a Map holds itself", () => {
    const map = new Map<string, unknown>()
    map.set("self", map)
    return { map }
  }),
  parityCase("cycles: none, though a hidden property closes one", () => {
    const value = { a: 1 }
    return Object.defineProperty(value, "self", { value, enumerable: false })
  })
]

export const exoticCases: ReadonlyArray<ParityCase> = [
  ...proxies,
  ...lengths,
  ...withoutPrototype,
  ...inherited,
  ...brokenProxies,
  ...accessors,
  ...brokenAccessors,
  ...bigints,
  ...raw,
  ...functions,
  ...cycles
]
