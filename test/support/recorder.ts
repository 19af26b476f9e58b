/**
 * Notes what user code sees when a value is serialized, so that two runs on two freshly made values can be compared: who was
 * called, with which `this`, key and value, in which order, and what was thrown.
 *
 * Objects are named by where they stand in the value (`$.users[3]`). Objects that are not part of it, such as what a `toJSON`
 * gave or the holder of the root, are named in the order in which they are first seen, with what they look like: two runs that
 * hand out the same objects in the same order write the same log.
 */
import { types } from "node:util"

export type UserCode = "toJSON" | "replacer"

/** What stands for an object or a symbol, of which each run has its own. */
class Name {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** One call of user code. Primitives are kept as they are: most calls are compared and never printed. */
export interface Call {
  readonly code: UserCode
  readonly self: unknown
  readonly args: ReadonlyArray<unknown>
}

const isSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (a instanceof Name && b instanceof Name && a.text === b.text)

export const isSameCall = (a: Call, b: Call): boolean =>
  a.code === b.code &&
  isSame(a.self, b.self) &&
  a.args.length === b.args.length &&
  a.args.every((arg, i) => isSame(arg, b.args[i]))

const show = (value: unknown): string => {
  if (value instanceof Name) return value.text
  if (typeof value === "string") return JSON.stringify(clip(value))
  if (typeof value === "bigint") return `${value}n`
  return Object.is(value, -0) ? "-0" : String(value)
}

export const showCall = ({ args, code, self }: Call): string =>
  `${code} on ${show(self)} (${args.map(show).join(", ")})`

const clip = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 60)}... (${text.length})`)

const looks = (value: object): string => {
  if (types.isProxy(value)) return "proxy"
  const keys = Reflect.ownKeys(value).map(String)
  const shown = keys.slice(0, 4).join()
  return `${Object.prototype.toString.call(value)}{${shown}${keys.length > 4 ? `,... ${keys.length}` : ""}}`
}

/** Data that all runs share and none changes: named once, by what is around values in `padding.ts`. */
const shared = new WeakMap<object, Name>()

/** Names data that is the same for all runs. */
export const nameShared = (name: string, value: unknown): void => nameAll(value, name, shared)

interface Names {
  has(key: object): boolean
  set(key: object, name: Name): unknown
}

const nameAll = (value: unknown, path: string, names: Names): void => {
  const pending: Array<readonly [unknown, string]> = [[value, path]]
  for (;;) {
    const next = pending.pop()
    if (next === undefined) return
    const [current, path] = next
    if ((typeof current !== "object" && typeof current !== "function") || current === null) continue
    if (shared.has(current) || names.has(current)) continue
    names.set(current, new Name(path))
    // Elements of binary data are numbers, and there may be very many.
    if (types.isProxy(current) || ArrayBuffer.isView(current)) continue
    for (const key of Reflect.ownKeys(current)) {
      const property = Reflect.getOwnPropertyDescriptor(current, key)
      if (property?.enumerable && "value" in property) pending.push([property.value, `${path}.${String(key)}`])
    }
  }
}

export class Recorder {
  readonly calls: Array<Call> = []
  /** Whatever user code threw, by identity. */
  readonly thrown: Array<unknown> = []
  private readonly names = new Map<object, Name>()
  private unnamed: ReadonlyArray<unknown> = []
  private strangers = 0

  /** Names everything that can be reached from `value` without running user code. */
  name(value: unknown): void {
    nameAll(value, "$", this.names)
  }

  /** The same at the first call of user code, before it can change anything. Most values have none, and may be large. */
  nameAtFirstCall(value: unknown): void {
    this.unnamed = [value]
  }

  call(code: UserCode, self: unknown, args: ReadonlyArray<unknown>): void {
    if (this.unnamed.length > 0) {
      this.name(this.unnamed[0])
      this.unnamed = []
    }
    this.calls.push({ code, self: this.note(self), args: args.map((arg) => this.note(arg)) })
  }

  /** A `toJSON` that notes its calls. */
  toJSON(run: (this: any, key: string) => unknown): (this: any, key: string) => unknown {
    const note = (self: unknown, args: ReadonlyArray<unknown>) => this.call("toJSON", self, args)
    return function (...args) {
      note(this, args)
      return run.apply(this, args)
    }
  }

  /** A replacer that notes its calls. */
  replacer(run: (this: any, key: string, value: any) => unknown): (this: any, key: string, value: any) => unknown {
    const note = (self: unknown, args: ReadonlyArray<unknown>) => this.call("replacer", self, args)
    return function (...args) {
      note(this, args)
      return run.apply(this, args)
    }
  }

  /** Throws and remembers what was thrown. */
  throw(error: unknown): never {
    this.thrown.push(error)
    throw error
  }

  private note(value: unknown): unknown {
    if (typeof value === "symbol") return new Name(String(value))
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return value
    let name = shared.get(value) ?? this.names.get(value)
    if (name === undefined) {
      name = new Name(`new ${++this.strangers} ${looks(value)}`)
      this.names.set(value, name)
    }
    return name
  }
}
