/**
 * Looks for user code in a value, step by step, and runs none: a `toJSON` that is not Node's own, an accessor, a proxy.
 */
import { isBoxedPrimitive, isDate, isProxy } from "node:util/types"
import { isRawJSON } from "../value/intrinsics.ts"
import { hasUserToJSON } from "./harmlessToJSON.ts"

/** Entries looked at in one step. */
const stride = 256

interface Level {
  readonly value: object
  /** Null: an array, read by index. */
  readonly keys: ReadonlyArray<PropertyKey> | null
  readonly length: number
  index: number
}

export class UserCodeSearch {
  hasUserCode = false
  private readonly list: ReadonlyArray<string> | null
  private readonly stack: Array<Level> = []

  constructor(root: unknown, list: ReadonlyArray<string | number> | null | undefined) {
    this.list = Array.isArray(list) ? list.map(String) : null
    this.enter(root)
  }

  /** True when there is more to look at. */
  step(): boolean {
    for (let i = 0; i < stride && !this.hasUserCode; i++) {
      const level = this.stack[this.stack.length - 1]
      if (level === undefined) return false
      if (level.index === level.length) this.stack.pop()
      else this.look(level.value, level.keys === null ? level.index++ : level.keys[level.index++]!)
    }
    return !this.hasUserCode && this.stack.length > 0
  }

  private look(holder: object, key: PropertyKey): void {
    const descriptor = this.list === null ? Object.getOwnPropertyDescriptor(holder, key) : inherited(holder, key)
    if (descriptor?.get !== undefined || descriptor?.set !== undefined) this.hasUserCode = true
    else this.enter(descriptor?.value)
  }

  private enter(value: unknown): void {
    if (typeof value === "bigint") this.hasUserCode = true
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return
    if (isProxy(value) || isBoxedPrimitive(value) || hasUserToJSON(value)) this.hasUserCode = true
    else if (typeof value === "object" && !ArrayBuffer.isView(value) && !isDate(value) && !isRawJSON(value)) {
      const keys = Array.isArray(value) ? null : (this.list ?? Object.keys(value))
      this.stack.push({ value, keys, length: keys === null ? (value as Array<unknown>).length : keys.length, index: 0 })
    }
  }
}

const inherited = (value: object, key: PropertyKey): PropertyDescriptor | undefined => {
  let current: object | null = value
  while (current !== null) {
    // A proxy among the prototypes would run its trap, so it counts as an accessor.
    if (isProxy(current)) return { get: () => undefined }
    const descriptor = Object.getOwnPropertyDescriptor(current, key)
    if (descriptor !== undefined) return descriptor
    current = Object.getPrototypeOf(current) as object | null
  }
  return undefined
}
