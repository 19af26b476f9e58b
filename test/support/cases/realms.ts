/** Values made in other realms, whose built-ins are not ours. */
import { createContext, runInContext } from "node:vm"
import { casesOf, parityCase, type ParityCase } from "../parityCase.ts"
import type { Recorder } from "../recorder.ts"

const realm = createContext({})
const there = (code: string): any => runInContext(`(${code})`, realm)

/** A realm of its own, for what is patched there. */
const patchedRealm = (patch: string): ((code: string) => any) => {
  const context = createContext({})
  runInContext(patch, context)
  return (code) => runInContext(`(${code})`, context)
}

const values = casesOf("realms", {
  "an object": () => there(`{ a: 1, b: { c: [1, "two", null, undefined] } }`),
  "an array": () => there(`[1, , { a: [] }, undefined]`),
  dates: () => [there(`new Date(0)`), { at: there(`new Date(NaN)`) }],
  errors: () => [there(`new Error("x")`), there(`Object.assign(new TypeError("x"), { code: 1 })`)],
  collections: () => there(`[new Map([[1, 2]]), new Set([1]), /x/, Promise.resolve(1), Symbol("s"), () => 1]`),
  "boxed primitives": () => there(`[new Number(1), new String("s"), new Boolean(false), Object(Symbol("s"))]`),
  "boxed with their own conversion": () =>
    there(
      `[Object.assign(new Number(1), { valueOf: () => 2 }), Object.assign(new String("s"), { toString: () => "t" })]`
    ),
  "typed arrays": () =>
    there(`[Uint8Array.of(1, 2), Float64Array.of(0.5, NaN), Object.assign(Int8Array.of(1), { own: 1 })]`),
  memory: () => there(`[new ArrayBuffer(2), new DataView(new ArrayBuffer(2))]`),
  "a class with toJSON": (recorder) => {
    const make = there(`(note) => {
      class Money { constructor(amount) { this.amount = amount } toJSON(key) { note(this, [key]); return { amount: this.amount } } }
      return [new Money(1), { price: new Money(2) }]
    }`)
    return make((self: unknown, args: Array<unknown>) => recorder.call("toJSON", self, args))
  },
  "a function with toJSON": (recorder) =>
    there(`(toJSON) => [Object.assign(() => 1, { toJSON })]`)(recorder.toJSON(() => "f")),
  proxies: () => there(`[new Proxy({ a: 1 }, {}), new Proxy([1, 2], {})]`),
  accessors: () => there(`{ get a() { return [1] }, b: 2 }`),
  "raw JSON": () => there(`[JSON.rawJSON("1.0"), { a: JSON.rawJSON("\\"s\\"") }]`),
  "one inside the other": () => [
    there(`{ a: [] }`),
    { b: there(`[{ c: 1 }]`) },
    there(`(value) => [value]`)({ ours: [1] })
  ],
  "a Buffer of ours in a value of theirs": () => there(`(buffer) => ({ buffer })`)(Buffer.from("ab")),
  "many records": () => there(`Array.from({ length: 500 }, (_, i) => ({ i, at: new Date(i), v: [i] }))`),
  "an own toJSON patched into their Object.prototype": () =>
    patchedRealm(`Object.prototype.toJSON = function(key) { return "theirs at " + key }`)(`[1, { a: 1 }, []]`),
  "a patched Date.prototype.toJSON of theirs": () => [
    patchedRealm(`Date.prototype.toJSON = () => "their date"`)(`new Date(0)`),
    new Date(0)
  ],
  "a patched toISOString of theirs": () => [
    patchedRealm(`Date.prototype.toISOString = () => "their iso"`)(`new Date(0)`),
    new Date(0)
  ],
  "holes filled by their Array.prototype": () => [patchedRealm(`Array.prototype[1] = "theirs"`)(`[0, , 2]`), [0, , 2]],
  "a patched BigInt.prototype of theirs, not used for primitives": () => [
    patchedRealm(`BigInt.prototype.toJSON = () => "their bigint"`)(`Object(1n)`)
  ]
})

const broken = [
  parityCase("realms: a bigint", () => there(`{ a: [1n] }`), { fails: "UnsupportedValue", pointer: "/a/0" }),
  parityCase("realms: a cycle", () => there(`(() => { const a = { b: [] }; a.b.push(a); return a })()`), {
    fails: "CyclicValue",
    pointer: "/b/0"
  }),
  parityCase(
    "realms: a cycle through both",
    () => {
      const ours: Record<string, unknown> = {}
      ours["theirs"] = there(`(value) => ({ back: [value] })`)(ours)
      return ours
    },
    { fails: "CyclicValue", pointer: "/theirs/back/0" }
  ),
  parityCase(
    "realms: an error of theirs is thrown",
    (recorder: Recorder) => ({
      a: {
        toJSON: recorder.toJSON(() => recorder.throw(there(`new TypeError("Converting circular structure to JSON")`)))
      }
    }),
    { fails: "UserCodeFailed", pointer: "/a" }
  )
]

const options = [
  parityCase("realms: a list of theirs", () => ({ before: 1, a: [{ b: 2, c: 3 }], c: 4 }), {
    options: (_, names) => ({ replacer: there(`(names) => [...names, "c", "a"]`)(names) }),
    isList: true
  }),
  parityCase("realms: a replacer of theirs", () => ({ a: [1, "x", { b: null }] }), {
    options: (recorder) => ({
      replacer: there(
        `(note) => function(key, value) { note(this, [key, value]); return typeof value === "number" ? String(value) : value }`
      )((self: unknown, args: Array<unknown>) => recorder.call("replacer", self, args))
    })
  }),
  parityCase("realms: a boxed space of theirs", () => ({ a: [1, {}] }), {
    options: () => ({ space: there(`new Number(3)`) })
  })
]

export const realmCases: ReadonlyArray<ParityCase> = [...values, ...broken, ...options]
