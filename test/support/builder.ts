/** Makes a value from its description, as often as needed and the same each time. */
import { createContext, runInContext } from "node:vm"
import type {
  ArrayKind,
  Description,
  Entries,
  HostKind,
  ObjectKind,
  Thrown,
  ToJSONPlace,
  ViewKind
} from "./description.ts"
import type { Recorder } from "./recorder.ts"

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
  // The length of an array takes nothing but lengths, and after the last of all indices it has four billion elements.
  if (Array.isArray(target) && (key === "length" || key === "4294967294")) return
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
