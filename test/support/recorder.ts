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

const clip = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 60)}... (${text.length})`)

const looks = (value: object): string => {
  if (types.isProxy(value)) return "proxy"
  const keys = Reflect.ownKeys(value).map(String)
  const shown = keys.slice(0, 4).join()
  return `${Object.prototype.toString.call(value)}{${shown}${keys.length > 4 ? `,... ${keys.length}` : ""}}`
}

export class Recorder {
  readonly calls: Array<string> = []
  /** Whatever user code threw, by identity. */
  readonly thrown: Array<unknown> = []
  private readonly names = new Map<object, string>()
  private strangers = 0

  /** Names everything that can be reached from `value` without running user code. */
  name(value: unknown): void {
    const pending: Array<readonly [unknown, string]> = [[value, "$"]]
    for (;;) {
      const next = pending.pop()
      if (next === undefined) return
      const [current, path] = next
      if ((typeof current !== "object" && typeof current !== "function") || current === null) continue
      if (this.names.has(current)) continue
      this.names.set(current, path)
      // Elements of binary data are numbers, and there may be very many.
      if (types.isProxy(current) || ArrayBuffer.isView(current)) continue
      for (const key of Reflect.ownKeys(current)) {
        const property = Reflect.getOwnPropertyDescriptor(current, key)
        if (property?.enumerable && "value" in property) pending.push([property.value, `${path}.${String(key)}`])
      }
    }
  }

  call(code: UserCode, self: unknown, args: ReadonlyArray<unknown>): void {
    this.calls.push(`${code} on ${this.show(self)} (${args.map((arg) => this.show(arg)).join(", ")})`)
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

  private show(value: unknown): string {
    if (typeof value === "string") return JSON.stringify(clip(value))
    if (typeof value === "bigint") return `${value}n`
    if ((typeof value !== "object" && typeof value !== "function") || value === null) {
      return Object.is(value, -0) ? "-0" : String(value)
    }
    let name = this.names.get(value)
    if (name === undefined) {
      name = `new ${++this.strangers} ${looks(value)}`
      this.names.set(value, name)
    }
    return name
  }
}
