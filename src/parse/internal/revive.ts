/**
 * A reviver's walk, as native has it: innermost first, in the order of keys, but without recursion and in turns.
 *
 * The value is whole when the walk begins, because a reviver may look at siblings. A primitive has its source if it is
 * still what the text said. So has what is in a container, if that is the one which stood there when its own container
 * was entered; native compares with what was parsed, which differs only where a reviver puts a container that looks the
 * same into one that is still to be entered.
 */
import { append } from "../../internal/value/define.ts"
import { parseJson } from "./natives.ts"
import { reviverFailed } from "./parseErrors.ts"
import type { Reviver } from "./parseOptions.ts"
import { pointerOf } from "./pointer.ts"
import { Read } from "./window.ts"

/** Values after which a step ends: a reviver of no cost takes less than 0.2 ms for them. */
const valuesAtOnce = 512

const { isArray } = Array
const { hasOwn, is, keys: keysOf, values: valuesOf } = Object
const { slice } = Array.prototype
const { defineProperty, deleteProperty } = Reflect

/** A container whose values are being revived. */
interface Level {
  readonly holder: object
  readonly name: string
  readonly node: any
  /** Of an object its keys, of an array its length, as they were when it was entered. */
  readonly keys: ReadonlyArray<string> | undefined
  readonly length: number
  /** The containers that were in it then. */
  readonly seen: ReadonlyArray<unknown>
  readonly sources: any
  index: number
}

const none: ReadonlyArray<unknown> = []

const isObject = (u: unknown): u is object => (typeof u === "object" && u !== null) || typeof u === "function"

export class Revival {
  value: unknown = undefined
  private readonly reviver: Reviver
  private readonly stack: Array<Level> = []
  private readonly root: { "": unknown }
  private readonly sources: unknown
  private hasBegun = false
  private isDone = false

  constructor(value: unknown, sources: unknown, reviver: Reviver) {
    this.root = { "": value }
    this.sources = sources
    this.reviver = reviver
  }

  /** Does some calls. Throws a `ParseError` if one of them throws. */
  step(): Read {
    try {
      if (!this.hasBegun) {
        this.hasBegun = true
        this.visit(this.root, "", this.root[""], this.sources)
      }
      for (let i = 0; i < valuesAtOnce && !this.isDone; i++) this.next()
    } catch (cause) {
      throw reviverFailed(pointerOf(this.path()), cause)
    }
    return this.isDone ? Read.done : Read.more
  }

  private next(): void {
    const level = this.stack[this.stack.length - 1]!
    const { keys, length, node, seen, sources } = level
    const { index } = level
    if (index === length) {
      this.stack.pop()
      this.call(level.holder, level.name, node, {})
      return
    }
    const key = keys === undefined ? String(index) : keys[index]!
    const value: unknown = node[key]
    const isKept = !isObject(value) || value === seen[index]
    const source = isKept && isObject(sources) && hasOwn(sources, key) ? (sources as any)[key] : undefined
    this.visit(node, key, value, source)
  }

  private visit(holder: object, name: string, value: unknown, sources: unknown): void {
    if (!isObject(value)) {
      this.call(holder, name, value, isSourceOf(sources, value) ? { source: sources } : {})
      return
    }
    // A reviver has put a container into itself. Native would run out of stack.
    if (sources === undefined && this.stack.some(({ node }) => node === value)) {
      throw new RangeError("A reviver made a value that contains itself")
    }
    const keys = isArray(value) ? undefined : keysOf(value)
    const length = keys === undefined ? (value as Array<unknown>).length : keys.length
    const seen = !isObject(sources) ? none : keys === undefined ? slice.call(value) : valuesOf(value)
    append(this.stack, { holder, name, node: value, keys, length, seen, sources, index: 0 })
  }

  /** Calls the reviver, and puts what it gives in the place of the value. */
  private call(holder: object, name: string, value: unknown, context: { readonly source?: string }): void {
    const { reviver, stack } = this
    const result: unknown = reviver.call(holder, name, value, context)
    if (stack.length === 0) {
      this.value = result
      this.isDone = true
      return
    }
    if (result === undefined) deleteProperty(holder, name)
    else {
      const descriptor = { __proto__: null, value: result, writable: true, enumerable: true, configurable: true }
      defineProperty(holder, name, descriptor as PropertyDescriptor)
    }
    stack[stack.length - 1]!.index++
  }

  private path(): Array<string> {
    const path = this.stack.slice(1).map(({ name }) => name)
    const level = this.stack.at(-1)
    if (level !== undefined && level.index < level.length) {
      append(path, level.keys === undefined ? String(level.index) : level.keys[level.index]!)
    }
    return path
  }
}

/** True if a primitive is what its source says. */
const isSourceOf = (source: unknown, value: unknown): source is string => {
  if (typeof source !== "string") return false
  if (typeof value === "number") return is(Number(source), value)
  if (typeof value !== "string") return source === String(value)
  return source.length === value.length + 2 ? source === `"${value}"` : parseJson(source) === value
}
