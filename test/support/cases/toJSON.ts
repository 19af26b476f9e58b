/** `toJSON` in all its places, and what it may give back. */
import { casesOf, parityCase, type ParityCase } from "../parityCase.ts"
import type { Recorder } from "../recorder.ts"

class Money {
  readonly amount: number
  readonly recorder: Recorder
  constructor(amount: number, recorder: Recorder) {
    this.amount = amount
    this.recorder = recorder
    Object.defineProperty(this, "recorder", { enumerable: false })
  }
  toJSON(key: string): unknown {
    this.recorder.call("toJSON", this, [key])
    return { amount: this.amount, currency: "EUR" }
  }
}

class Coin extends Money {
  readonly side = "heads"
}

const giving = (make: () => unknown) => (recorder: Recorder) => ({
  a: 1,
  given: { toJSON: recorder.toJSON(make), ownKey: "not written" },
  z: [{ toJSON: recorder.toJSON(make) }]
})

const given = casesOf("toJSON gives", {
  "a string": giving(() => 'text "quoted"'),
  "a long string": giving(() => "long 😀 ".repeat(20_000)),
  "a number": giving(() => -0.5),
  NaN: giving(() => NaN),
  null: giving(() => null),
  undefined: giving(() => undefined),
  "a function": giving(() => () => 1),
  "a symbol": giving(() => Symbol("s")),
  "an array": giving(() => [1, undefined, { b: 2 }]),
  "an object": giving(() => ({ b: { c: 2 }, 1: "first" })),
  "an empty object": giving(() => ({})),
  "a large array": giving(() => Array.from({ length: 20_000 }, (_, i) => ({ i }))),
  "a large map": giving(() => Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]))),
  "an object with __proto__": giving(() => JSON.parse('{"__proto__":1,"2":2,"b":3,"1":1}')),
  "another with toJSON, which is not called": (recorder) => ({
    a: { toJSON: recorder.toJSON(() => ({ inner: 1, toJSON: recorder.toJSON(() => "never seen") })) }
  }),
  "an object whose entries have toJSON": (recorder) => ({
    a: {
      toJSON: recorder.toJSON(() => ({
        inner: { toJSON: recorder.toJSON(() => "seen") },
        money: new Money(1, recorder)
      }))
    }
  }),
  this: (recorder) => ({
    a: {
      b: 1,
      toJSON: recorder.toJSON(function () {
        return this
      })
    }
  }),
  "this, as an array": (recorder) => [
    Object.assign([1, 2], {
      toJSON: recorder.toJSON(function () {
        return this
      })
    })
  ],
  "itself as a function": (recorder) => ({
    a: {
      toJSON: recorder.toJSON(function () {
        return this.toJSON
      })
    }
  }),
  "a Date": giving(() => new Date(0)),
  "an invalid Date": giving(() => new Date(NaN)),
  "an Error": giving(() => Object.assign(new Error("x"), { code: 7 })),
  "a Map": giving(() => new Map([[1, 2]])),
  "a Buffer": giving(() => Buffer.from("not called again: a plain view")),
  "a boxed string": giving(() => new String("boxed")),
  "raw JSON": giving(() => (JSON as any).rawJSON("1e1000")),
  "a proxy": giving(() => new Proxy({ p: [1] }, {})),
  "a typed array": giving(() => Uint8Array.of(1, 2)),
  "a shared object": (recorder) => {
    const shared = { s: [1, 2] }
    return Array.from({ length: 3 }, () => ({ toJSON: recorder.toJSON(() => shared), shared }))
  },
  "the holder's sibling": (recorder) => {
    const sibling = { s: 1 }
    return { sibling, a: { toJSON: recorder.toJSON(() => sibling) }, b: [sibling] }
  },
  "a deep value": giving(() => {
    let value: unknown = "bottom"
    for (let i = 0; i < 700; i++) value = i % 2 === 0 ? [value] : { v: value }
    return value
  })
})

const places = casesOf("toJSON on", {
  "a class": (recorder) => [new Money(1, recorder), { price: new Money(2, recorder) }, new Coin(3, recorder)],
  "many instances": (recorder) => Array.from({ length: 300 }, (_, i) => ({ id: i, price: new Money(i, recorder) })),
  "the root": (recorder) => new Money(5, recorder),
  "a root that gives nothing": (recorder) => ({ toJSON: recorder.toJSON(() => undefined) }),
  "a root that gives a string": (recorder) => ({ toJSON: recorder.toJSON((key) => `key is ${JSON.stringify(key)}`) }),
  "keys of every kind": (recorder) => {
    const value = { toJSON: recorder.toJSON((key) => `key is ${key}`) }
    return {
      "": value,
      a: value,
      7: value,
      __proto__x: value,
      list: [value, [value]],
      "é\n\ud800": value,
      ["__proto__"]: value
    }
  },
  "an array": (recorder) => ({
    list: Object.assign([1, 2, 3], {
      toJSON: recorder.toJSON(function (this: Array<number>) {
        return this.length
      })
    })
  }),
  "an array's class": (recorder) => {
    class Items extends Array<number> {
      toJSON(key: string) {
        recorder.call("toJSON", this, [key])
        return { items: [...this] }
      }
    }
    return { items: Items.from([1, 2]), none: new Items() }
  },
  "a function": (recorder) => {
    const fn = Object.assign(() => 1, { toJSON: recorder.toJSON(() => "function text") })
    return { fn, list: [fn, () => 2] }
  },
  "a function, which gives itself": (recorder) => {
    const fn = Object.assign(() => 1, {
      toJSON: recorder.toJSON(function () {
        return this
      })
    })
    return { fn, list: [fn, 1], last: [{ fn }] }
  },
  "a root function": (recorder) => Object.assign(function () {}, { toJSON: recorder.toJSON(() => ({ f: 1 })) }),
  "a class itself": (recorder) => ({
    model: class {
      static toJSON(key: string) {
        recorder.call("toJSON", this, [key])
        return `class ${this.name} at ${key}`
      }
    }
  }),
  "a Map, a Set and a RegExp": (recorder) => [
    Object.assign(new Map([["a", 1]]), {
      toJSON: recorder.toJSON(function (this: Map<string, number>) {
        return [...this]
      })
    }),
    Object.assign(new Set([1, 2]), {
      toJSON: recorder.toJSON(function (this: Set<number>) {
        return [...this]
      })
    }),
    Object.assign(/x/g, {
      toJSON: recorder.toJSON(function (this: RegExp) {
        return this.source
      })
    })
  ],
  "a Map's class": (recorder) => {
    class Registry extends Map<string, unknown> {
      toJSON(key: string) {
        recorder.call("toJSON", this, [key])
        return Object.fromEntries(this)
      }
    }
    return { registry: new Registry([["a", { b: new Registry([["c", 1]]) }]]) }
  },
  "an Error": (recorder) => ({
    error: Object.assign(new Error("boom"), {
      toJSON: recorder.toJSON(function (this: Error) {
        return { message: this.message }
      })
    })
  }),
  "a boxed string, number and boolean": (recorder) =>
    [new String("s"), new Number(1), new Boolean(true)].map((boxed) =>
      Object.assign(boxed, {
        toJSON: recorder.toJSON(function () {
          return typeof this
        })
      })
    ),
  "a typed array": (recorder) =>
    Object.assign(Uint8Array.of(1, 2), {
      toJSON: recorder.toJSON(function (this: Uint8Array) {
        return this.length
      })
    }),
  "a Buffer": (recorder) =>
    Object.assign(Buffer.from("ab"), {
      toJSON: recorder.toJSON(function (this: Buffer) {
        return this.toString("hex")
      })
    }),
  "a Date": (recorder) =>
    Object.assign(new Date(0), {
      toJSON: recorder.toJSON(function (this: Date) {
        return this.getTime()
      })
    }),
  "raw JSON, in vain: it is frozen": () => (JSON as any).rawJSON("1"),
  "a null-prototype object": (recorder) =>
    Object.assign(Object.create(null), { a: 1, toJSON: recorder.toJSON(() => "null-prototype") }),
  "a prototype that is no class": (recorder) =>
    Object.create(
      {
        toJSON: recorder.toJSON(function () {
          return Object.keys(this)
        })
      },
      { a: { value: 1, enumerable: true } }
    ),
  "a hidden property": (recorder) =>
    Object.defineProperty({ a: 1 }, "toJSON", { value: recorder.toJSON(() => "hidden"), enumerable: false }),
  "an accessor": (recorder) => {
    const toJSON = recorder.toJSON(() => "through an accessor")
    return {
      a: 1,
      get toJSON() {
        return toJSON
      }
    }
  },
  "an accessor of the class": (recorder) => {
    const toJSON = recorder.toJSON(() => "through an accessor")
    class Model {
      readonly a = 1
      get toJSON() {
        return toJSON
      }
    }
    return [new Model(), new Model()]
  },
  "a proxied function as toJSON": (recorder) => ({
    toJSON: new Proxy(
      recorder.toJSON(() => "proxied"),
      {}
    )
  }),
  "a bound function as toJSON": (recorder) => ({ toJSON: recorder.toJSON(() => "bound").bind(null) }),
  "an async function as toJSON": () => ({ a: { toJSON: async () => "a promise has no properties" } }),
  "not a function: written": () => [{ toJSON: 1 }, { toJSON: "x" }, { toJSON: {} }, { toJSON: undefined }],
  "entries of a large record": (recorder) =>
    Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [
        `k${i}`,
        i % 40 === 0 ? new Money(i, recorder) : { i, text: "t".repeat(i) }
      ])
    )
})

const failing = [
  parityCase(
    "toJSON is not called behind a boxed number whose valueOf throws",
    (recorder) => [
      Object.assign(new Number(1), { valueOf: () => recorder.throw("first") }),
      { toJSON: recorder.toJSON(() => "never") }
    ],
    { fails: "UserCodeFailed", pointer: "/0", vague: true }
  ),
  parityCase(
    "toJSON is not called behind a cycle",
    (recorder) => {
      const value: Record<string, unknown> = {}
      value["self"] = value
      return [value, { toJSON: recorder.toJSON(() => "never") }]
    },
    { fails: "CyclicValue", pointer: "/0/self" }
  ),
  parityCase(
    "toJSON is not called behind an accessor that throws",
    (recorder) => [
      {
        a: 1,
        get b() {
          return recorder.throw("first")
        }
      },
      { toJSON: recorder.toJSON(() => "never") }
    ],
    { fails: "UserCodeFailed", pointer: "/0/b", vague: true }
  ),
  ...["an Error", "a string", "undefined", "null", "a symbol", "a bigint", "an object"].map((what) =>
    parityCase(
      `toJSON throws ${what}`,
      (recorder) => ({
        ok: new Money(1, recorder),
        list: [
          0,
          {
            toJSON: recorder.toJSON(() =>
              recorder.throw(
                {
                  "an Error": new Error("mine"),
                  "a string": "mine",
                  undefined,
                  null: null,
                  "a symbol": Symbol("mine"),
                  "a bigint": 7n,
                  "an object": { mine: true }
                }[what]
              )
            )
          }
        ],
        never: new Money(2, recorder)
      }),
      { fails: "UserCodeFailed", pointer: "/list/1", vague: true }
    )
  ),
  parityCase(
    "toJSON throws at the root",
    (recorder) => ({ toJSON: recorder.toJSON(() => recorder.throw(new Error("root"))) }),
    {
      fails: "UserCodeFailed",
      pointer: ""
    }
  ),
  parityCase(
    "toJSON throws V8's own error for a cycle",
    (recorder) => ({
      a: {
        toJSON: recorder.toJSON(() => {
          const cyclic: Record<string, unknown> = {}
          cyclic["self"] = cyclic
          try {
            return JSON.stringify(cyclic)
          } catch (error) {
            return recorder.throw(error)
          }
        })
      }
    }),
    { fails: "UserCodeFailed", pointer: "/a" }
  ),
  parityCase(
    "toJSON throws V8's own error for a bigint",
    (recorder) => [
      {
        toJSON: recorder.toJSON(() => {
          try {
            return JSON.stringify(1n)
          } catch (error) {
            return recorder.throw(error)
          }
        })
      }
    ],
    { fails: "UserCodeFailed", pointer: "/0" }
  ),
  parityCase(
    "toJSON throws below what a toJSON gave",
    (recorder) => ({
      a: { toJSON: recorder.toJSON(() => [{ "b/c~": { toJSON: recorder.toJSON(() => recorder.throw("deep")) } }]) }
    }),
    { fails: "UserCodeFailed", pointer: "/a/0/b~1c~0" }
  ),
  parityCase("toJSON is a class, which cannot be called", () => ({ a: { toJSON: class {} } }), {
    fails: "UserCodeFailed",
    pointer: "/a"
  }),
  parityCase("toJSON gives a bigint", (recorder) => ({ a: [1, { toJSON: recorder.toJSON(() => 1n) }] }), {
    fails: "UnsupportedValue",
    pointer: "/a/1",
    vague: true
  }),
  parityCase(
    "toJSON's accessor throws",
    (recorder) => ({
      a: {
        get toJSON() {
          return recorder.throw(new Error("accessor"))
        }
      }
    }),
    {
      fails: "UserCodeFailed",
      pointer: "/a"
    }
  ),
  parityCase(
    "toJSON gives its holder",
    (recorder) => {
      const holder: Record<string, unknown> = { first: 1 }
      holder["back"] = { toJSON: recorder.toJSON(() => holder) }
      return { list: [holder] }
    },
    { fails: "CyclicValue", pointer: "/list/0/back", vague: true }
  ),
  parityCase(
    "toJSON gives the root",
    (recorder) => {
      const root: Record<string, unknown> = {}
      root["a"] = { b: { toJSON: recorder.toJSON(() => root) } }
      return root
    },
    { fails: "CyclicValue", pointer: "/a/b", vague: true }
  ),
  parityCase(
    "toJSON gives this, which holds itself",
    (recorder) => {
      const value: Record<string, unknown> = {
        toJSON: recorder.toJSON(function () {
          return this
        })
      }
      value["self"] = value
      return [value]
    },
    { fails: "CyclicValue", pointer: "/0/self", vague: true }
  ),
  parityCase(
    "a bigint comes before a toJSON that throws",
    (recorder) => [1n, { toJSON: recorder.toJSON(() => recorder.throw(1)) }],
    {
      fails: "UnsupportedValue",
      pointer: "/0"
    }
  ),
  parityCase(
    "a toJSON that throws comes before a bigint",
    (recorder) => [{ toJSON: recorder.toJSON(() => recorder.throw(1)) }, 1n],
    {
      fails: "UserCodeFailed",
      pointer: "/0"
    }
  )
]

const changing = casesOf(
  "toJSON changes",
  {
    "a sibling that comes later": (recorder) => {
      const value: Record<string, unknown> = { a: 1, later: "old", gone: 1 }
      return Object.assign(value, {
        a: {
          toJSON: recorder.toJSON(() => {
            value["later"] = "new"
            delete value["gone"]
            value["added"] = 1
            return "a"
          })
        }
      })
    },
    "the array it stands in": (recorder) => {
      const value: Array<unknown> = [0, 1, 2, 3]
      value[1] = {
        toJSON: recorder.toJSON(() => {
          value.push("pushed")
          value[2] = "changed"
          return "one"
        })
      }
      return value
    },
    "the length of the array it stands in": (recorder) => {
      const value: Array<unknown> = [0, 1, 2, 3]
      value[1] = {
        toJSON: recorder.toJSON(() => {
          value.length = 2
          return "one"
        })
      }
      return value
    },
    "its own object": (recorder) => ({
      a: {
        n: 1,
        toJSON: recorder.toJSON(function () {
          this.n++
          return { n: this.n }
        })
      }
    })
  },
  { mutates: true }
)

export const toJSONCases: ReadonlyArray<ParityCase> = [...given, ...places, ...failing, ...changing]
