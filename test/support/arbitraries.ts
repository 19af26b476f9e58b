/**
 * Values for property tests. fast-check makes a *description*, plain data that it can shrink and print, and `build` makes the
 * value from it, as often as needed and the same each time: one for `JSON.stringify`, one for each run of the library.
 */
import * as fc from "fast-check"
import { createContext, runInContext } from "node:vm"
import { type OracleOptions, type ParityCase, parityCase } from "./parityCase.ts"
import type { Recorder } from "./recorder.ts"

export type Description =
  | { readonly _: "scalar"; readonly value: string | number | boolean | null | undefined }
  | { readonly _: "long"; readonly unit: string; readonly times: number; readonly shift: number }
  | { readonly _: "nothing"; readonly what: "function" | "symbol" }
  | { readonly _: "bigint"; readonly value: bigint; readonly hasToJSON: boolean }
  | { readonly _: "array"; readonly items: ReadonlyArray<Description | "hole">; readonly how: ArrayKind }
  | { readonly _: "object"; readonly entries: Entries; readonly how: ObjectKind }
  | { readonly _: "run"; readonly item: Description; readonly times: number }
  | { readonly _: "toJSON"; readonly on: ToJSONPlace; readonly gives: Description | "this"; readonly entries: Entries }
  | { readonly _: "throwing"; readonly where: "toJSON" | "accessor" | "valueOf"; readonly thrown: Thrown }
  | { readonly _: "date"; readonly time: number; readonly entries: Entries; readonly isSubclass: boolean }
  | { readonly _: "boxed"; readonly value: string | number | boolean; readonly overridden: boolean }
  | { readonly _: "host"; readonly what: HostKind; readonly entries: Entries }
  | { readonly _: "view"; readonly what: ViewKind; readonly elements: ReadonlyArray<number>; readonly entries: Entries }
  | { readonly _: "proxy"; readonly of: Description; readonly reversed: boolean }
  | { readonly _: "accessor"; readonly entries: Entries }
  | { readonly _: "raw"; readonly text: string }
  | { readonly _: "shared"; readonly index: number }
  | { readonly _: "ancestor"; readonly up: number }

type Entries = ReadonlyArray<readonly [string, Description]>

const arrayKinds = ["plain", "plain", "plain", "subclass", "null-prototype", "with properties", "other realm"] as const
const objectKinds = [
  "plain",
  "plain",
  "plain",
  "null-prototype",
  "class",
  "inheriting",
  "hidden",
  "symbols",
  "other realm"
] as const
const toJSONPlaces = ["own", "class", "hidden", "array", "function", "Map", "Error", "accessor"] as const
const thrownKinds = ["an Error", "undefined", "a string", "a symbol", "V8's for a cycle"] as const
const hostKinds = [
  "Map",
  "Set",
  "Error",
  "TypeError",
  "RegExp",
  "Promise",
  "URL",
  "WeakMap",
  "ArrayBuffer",
  "function"
] as const
const viewKinds = ["Buffer", "Uint8Array", "Int16Array", "Float32Array", "Float64Array", "BigInt64Array"] as const
type ArrayKind = (typeof arrayKinds)[number]
type ObjectKind = (typeof objectKinds)[number]
type ToJSONPlace = (typeof toJSONPlaces)[number]
type Thrown = (typeof thrownKinds)[number]
type HostKind = (typeof hostKinds)[number]
type ViewKind = (typeof viewKinds)[number]

/** Strings with all that JSON has to escape, and halves of surrogate pairs in any order. */
export const strings: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      "a",
      '"',
      "\\",
      "\n",
      "\u0000",
      "\u001f",
      "\u007f",
      "é",
      "€",
      "\u2028",
      "😀",
      "\ud83d",
      "\ude00",
      "/"
    ),
    maxLength: 12
  })
)

export const keys: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "c", "id", "name", "list") },
  { weight: 2, arbitrary: fc.constantFrom("0", "1", "2", "10", "4294967294", "4294967295", "-1", "01", "1.5", "") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "length", "toJSON", "message", "rawJSON", "size")
  },
  { weight: 1, arbitrary: strings }
)

const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 1e21, 2 ** 53)
)

/** JSON values as such. */
export const plainJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    strings,
    numbers,
    fc.constantFrom(null, true, false),
    fc.array(tie("value"), { maxLength: 8 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 8, noNullPrototype: true })
  )
})).value

/** Descriptions of values of every kind; one value in about ten cannot be serialized. */
export const descriptions: fc.Arbitrary<Description> = fc.letrec<{
  value: Description
  entries: Entries
  few: Entries
}>((tie) => {
  const kind = <const K extends Description["_"]>(_: K) => fc.constant(_)
  const scalar = fc.record({
    _: kind("scalar"),
    value: fc.oneof(strings, numbers, fc.constantFrom(null, true, false, undefined))
  })
  return {
    entries: fc.array(fc.tuple(keys, tie("value")), { maxLength: 6 }),
    few: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.tuple(keys, tie("value")), { maxLength: 2 }) }
    ),
    value: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      { weight: 48, arbitrary: scalar },
      { weight: 4, arbitrary: fc.record({ _: kind("nothing"), what: fc.constantFrom("function", "symbol") }) },
      {
        weight: 4,
        arbitrary: fc.record({
          _: kind("long"),
          unit: fc.constantFrom("x", "é", "😀", "\ud83d", "\ude00\ud83d", "\n", "a😀€"),
          times: fc.nat(3000),
          shift: fc.nat(3)
        })
      },
      {
        weight: 4,
        arbitrary: fc.record({
          _: kind("boxed"),
          value: fc.oneof(strings, numbers, fc.boolean()),
          overridden: fc.boolean()
        })
      },
      {
        weight: 4,
        arbitrary: fc.record({
          _: kind("raw"),
          text: fc.constantFrom("1.0", "-0", "1e999", "null", '"\\u0041é"', '"\\ud83d\\ude00"')
        })
      },
      { weight: 4, arbitrary: fc.record({ _: kind("shared"), index: fc.nat(20) }) },
      {
        weight: 32,
        arbitrary: fc.record({
          _: kind("array"),
          items: fc.array(
            fc.oneof({ weight: 9, arbitrary: tie("value") }, { weight: 1, arbitrary: fc.constant("hole" as const) }),
            { maxLength: 6 }
          ),
          how: fc.constantFrom(...arrayKinds)
        })
      },
      {
        weight: 32,
        arbitrary: fc.record({ _: kind("object"), entries: tie("entries"), how: fc.constantFrom(...objectKinds) })
      },
      { weight: 4, arbitrary: fc.record({ _: kind("run"), item: tie("value"), times: fc.nat(300) }) },
      {
        weight: 12,
        arbitrary: fc.record({
          _: kind("toJSON"),
          on: fc.constantFrom(...toJSONPlaces),
          gives: fc.oneof(
            { weight: 4, arbitrary: tie("value") },
            { weight: 1, arbitrary: fc.constant("this" as const) }
          ),
          entries: tie("few")
        })
      },
      {
        weight: 8,
        arbitrary: fc.record({
          _: kind("date"),
          time: fc.oneof(fc.integer(), fc.constantFrom(NaN, 0, 8.64e15, -8.64e15)),
          entries: tie("few"),
          isSubclass: fc.boolean()
        })
      },
      {
        weight: 12,
        arbitrary: fc.record({ _: kind("host"), what: fc.constantFrom(...hostKinds), entries: tie("few") })
      },
      {
        weight: 8,
        arbitrary: fc.record({
          _: kind("view"),
          what: fc.constantFrom(...viewKinds),
          elements: fc.array(numbers, { maxLength: 5 }),
          entries: tie("few")
        })
      },
      { weight: 4, arbitrary: fc.record({ _: kind("proxy"), of: tie("value"), reversed: fc.boolean() }) },
      { weight: 4, arbitrary: fc.record({ _: kind("accessor"), entries: tie("entries") }) },
      {
        weight: 1,
        arbitrary: fc.record({
          _: kind("throwing"),
          where: fc.constantFrom("toJSON", "accessor", "valueOf"),
          thrown: fc.constantFrom(...thrownKinds)
        })
      },
      { weight: 1, arbitrary: fc.record({ _: kind("bigint"), value: fc.bigInt(), hasToJSON: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ _: kind("ancestor"), up: fc.nat(3) }) }
    )
  }
}).value

const otherRealm = createContext({})

class Model {
  readonly isModel = true
}

/** Makes the value that a description describes. */
export const build = (description: Description, recorder: Recorder): unknown => new Builder(recorder).make(description)

class Builder {
  private readonly recorder: Recorder
  private readonly finished: Array<object> = []
  private readonly open: Array<object> = []

  constructor(recorder: Recorder) {
    this.recorder = recorder
  }

  make(description: Description): unknown {
    const { recorder } = this
    switch (description._) {
      case "scalar":
        return description.value
      case "long":
        return "x".repeat(description.shift) + description.unit.repeat(description.times)
      case "nothing":
        return description.what === "function" ? () => 1 : Symbol("s")
      case "bigint":
        return description.hasToJSON
          ? Object.assign(Object(description.value), {
              toJSON: recorder.toJSON(function () {
                return String(this)
              })
            })
          : description.value
      case "raw":
        return (JSON as any).rawJSON(description.text)
      case "boxed":
        return this.boxed(description.value, description.overridden)
      case "shared":
        return this.finished.length === 0 ? null : this.finished[description.index % this.finished.length]
      case "ancestor":
        return this.open.length === 0 ? null : this.open[Math.max(0, this.open.length - 1 - description.up)]
      case "run": {
        const item = this.make(description.item)
        return Array.from({ length: description.times }, () => item)
      }
      case "array":
        return this.array(description.items, description.how)
      case "object":
        return this.object(description.entries, description.how)
      case "toJSON":
        return this.resolving(description.on, description.gives, description.entries)
      case "throwing":
        return this.throwing(description.where, description.thrown)
      case "date":
        return this.furnish(
          description.isSubclass ? new (class Day extends Date {})(description.time) : new Date(description.time),
          description.entries
        )
      case "host":
        return this.furnish(host(description.what), description.entries)
      case "view":
        return this.furnish(view(description.what, description.elements), namesOnly(description.entries))
      case "proxy":
        return this.proxy(this.make(description.of), description.reversed)
      case "accessor": {
        const target = {}
        this.within(target, () => {
          for (const [key, entry] of description.entries) {
            const value = this.make(entry)
            Object.defineProperty(target, key, { get: () => value, enumerable: true, configurable: true })
          }
        })
        return target
      }
    }
  }

  private within<A extends object>(container: A, fill: () => void): A {
    this.open.push(container)
    fill()
    this.open.pop()
    this.finished.push(container)
    return container
  }

  private furnish<A extends object>(target: A, entries: Entries): A {
    return this.within(target, () => {
      for (const [key, entry] of entries) define(target, key, this.make(entry))
    })
  }

  private array(items: ReadonlyArray<Description | "hole">, how: ArrayKind): object {
    const array: Array<unknown> =
      how === "other realm"
        ? runInContext("[]", otherRealm)
        : how === "subclass"
          ? new (class Items extends Array<unknown> {})()
          : []
    this.within(array, () => {
      items.forEach((item, i) => {
        if (item !== "hole") array[i] = this.make(item)
      })
    })
    array.length = items.length
    if (how === "null-prototype") Object.setPrototypeOf(array, null)
    if (how === "with properties") Object.assign(array, { named: "not written" })
    return array
  }

  private object(entries: Entries, how: ObjectKind): object {
    switch (how) {
      case "plain":
        return this.furnish({}, entries)
      case "null-prototype":
        return this.furnish(Object.create(null), entries)
      case "class":
        return this.furnish(new Model(), entries)
      case "inheriting":
        return this.furnish(Object.create({ inherited: 1, a: "inherited too" }), entries)
      case "other realm":
        return this.furnish(runInContext("({})", otherRealm), entries)
      case "hidden":
        return Object.defineProperty(this.furnish({}, entries), "hidden", { value: "not written", configurable: true })
      case "symbols":
        return Object.assign(this.furnish({}, entries), { [Symbol("s")]: "not written", [Symbol.toStringTag]: "Map" })
    }
  }

  private resolving(on: ToJSONPlace, gives: Description | "this", entries: Entries): unknown {
    const { recorder } = this
    let given: unknown
    const toJSON = recorder.toJSON(function () {
      return gives === "this" ? this : given
    })
    const target: object =
      on === "array"
        ? [1]
        : on === "function"
          ? () => 1
          : on === "Map"
            ? new Map()
            : on === "Error"
              ? new Error("x")
              : on === "class"
                ? Object.create({ toJSON })
                : {}
    this.within(target, () => {
      if (gives !== "this") given = this.make(gives)
      for (const [key, entry] of entries) if (key !== "toJSON") define(target, key, this.make(entry))
    })
    if (on === "accessor") Object.defineProperty(target, "toJSON", { get: () => toJSON, enumerable: true })
    else if (on === "hidden") Object.defineProperty(target, "toJSON", { value: toJSON })
    else if (on !== "class") define(target, "toJSON", toJSON)
    return target
  }

  private throwing(where: "toJSON" | "accessor" | "valueOf", what: Thrown): unknown {
    const { recorder } = this
    const fail = (): never => recorder.throw(makeThrown(what))
    switch (where) {
      case "toJSON":
        return { toJSON: recorder.toJSON(fail) }
      case "accessor":
        return Object.defineProperty({}, "bad", { get: fail, enumerable: true })
      case "valueOf":
        return Object.assign(new Number(1), { valueOf: fail })
    }
  }

  private boxed(value: string | number | boolean, overridden: boolean): unknown {
    const boxed: object = Object(value)
    if (overridden) Object.assign(boxed, { valueOf: () => 42, toString: () => "overridden" })
    this.finished.push(boxed)
    return boxed
  }

  private proxy(of: unknown, reversed: boolean): unknown {
    if ((typeof of !== "object" && typeof of !== "function") || of === null) return of
    const handler: ProxyHandler<object> = reversed ? { ownKeys: (target) => Reflect.ownKeys(target).reverse() } : {}
    return new Proxy(of, handler)
  }
}

const define = (target: object, key: string, value: unknown): void => {
  // A second entry of the same name on a typed array or a RegExp may meet a property that cannot be defined anew.
  Reflect.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

const namesOnly = (entries: Entries): Entries => entries.filter(([key]) => !/^-?\d/.test(key) && key !== "length")

const makeThrown = (what: Thrown): unknown => {
  switch (what) {
    case "an Error":
      return new Error("mine")
    case "undefined":
      return undefined
    case "a string":
      return "mine"
    case "a symbol":
      return Symbol("mine")
    case "V8's for a cycle":
      return new TypeError("Converting circular structure to JSON")
  }
}

const host = (what: HostKind): object => {
  switch (what) {
    case "Map":
      return new Map([["a", 1]])
    case "Set":
      return new Set([1])
    case "Error":
      return new Error("x")
    case "TypeError":
      return new TypeError("x", { cause: 1 })
    case "RegExp":
      return /x/g
    case "Promise":
      return Promise.resolve(1)
    case "URL":
      return new URL("https://example.com/?a=1")
    case "WeakMap":
      return new WeakMap()
    case "ArrayBuffer":
      return new ArrayBuffer(2)
    case "function":
      return () => 1
  }
}

const view = (what: ViewKind, elements: ReadonlyArray<number>): object => {
  switch (what) {
    case "Buffer":
      return Buffer.from(elements)
    case "Uint8Array":
      return Uint8Array.from(elements)
    case "Int16Array":
      return Int16Array.from(elements)
    case "Float32Array":
      return Float32Array.from(elements)
    case "Float64Array":
      return Float64Array.from(elements)
    case "BigInt64Array":
      // With an element it could not be serialized; that is for the table of cases.
      return new BigInt64Array()
  }
}

/** Descriptions of `replacer` and `space`. */
export interface OptionsDescription {
  readonly replacer:
    | "none"
    | "identity"
    | "drops"
    | "wraps numbers"
    | "fills"
    | "shows bigints"
    | { readonly list: ReadonlyArray<string | number> }
  readonly space: string | number | undefined
}

export const optionsDescriptions: fc.Arbitrary<OptionsDescription> = fc.record({
  replacer: fc.oneof(
    { weight: 6, arbitrary: fc.constant("none" as const) },
    { weight: 3, arbitrary: fc.constantFrom("identity", "drops", "wraps numbers", "fills", "shows bigints") },
    { weight: 2, arbitrary: fc.record({ list: fc.array(fc.oneof(keys, fc.nat(10)), { maxLength: 8 }) }) }
  ),
  space: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom(1, 2, "\t", "\n", "\ud83d", "\ude00\ud83d", '-😀"', 11) },
    { weight: 1, arbitrary: strings }
  )
})

export const buildOptions = (
  { replacer, space }: OptionsDescription,
  recorder: Recorder,
  names: ReadonlyArray<string>
): OracleOptions => {
  if (typeof replacer === "object") return { replacer: [...names, ...replacer.list], space }
  switch (replacer) {
    case "none":
      return { space }
    case "identity":
      return { replacer: recorder.replacer((_, value) => value), space }
    case "drops":
      return { replacer: recorder.replacer((key, value) => (key === "a" || key === "1" ? undefined : value)), space }
    case "wraps numbers":
      return {
        replacer: recorder.replacer((_, value) => (typeof value === "number" ? { n: String(value) } : value)),
        space
      }
    case "fills":
      return {
        replacer: recorder.replacer((_, value) =>
          value === undefined || value === null ? [new Date(0), "filled"] : value
        ),
        space
      }
    case "shows bigints":
      return { replacer: recorder.replacer((_, value) => (typeof value === "bigint" ? `${value}n` : value)), space }
  }
}

/** A case of the parity table from descriptions. */
export const describedCase = (description: Description, options: OptionsDescription): ParityCase =>
  parityCase("generated", (recorder) => build(description, recorder), {
    options: (recorder, names) => buildOptions(options, recorder, names),
    isList: typeof options.replacer === "object",
    vague: true
  })
