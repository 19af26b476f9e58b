/**
 * A copy of a value that always has JSON text: what would fail is replaced by a word for it.
 *
 * It is made until its text is sure to be longer than `room` code units, and no further: the text will be cut there.
 * Without recursion, since a value may be nested deeper than the stack is.
 */
import { isBigIntObject, isBooleanObject, isNumberObject, isStringObject } from "node:util/types"
import type { Arguments } from "../options/stringifyArguments.ts"
import { isRawJSON } from "../value/intrinsics.ts"
import { isPlainBuffer } from "../walk/harmlessToJSON.ts"

export const lenientCopy = (value: unknown, args: Arguments, room: number): unknown =>
  new Copier(args, room).copy(value)

const circular = "[Circular]"
const thrown = "[Thrown]"

/** A container that is being copied. */
interface Level {
  readonly source: object
  readonly copy: object
  /** The keys of an object, or those of an array, which are as many as it has elements. */
  readonly keys: ReadonlyArray<string> | undefined
  readonly length: number
  next: number
}

class Copier {
  /** What is left, if the text is as short as it can be. */
  private room: number
  private readonly args: Arguments
  private readonly levels: Array<Level> = []
  private readonly ancestors = new Set<object>()

  constructor(args: Arguments, room: number) {
    this.args = args
    this.room = room
  }

  copy(value: unknown): unknown {
    const root = this.entry({ "": value }, "")
    while (this.levels.length > 0) this.step(this.levels[this.levels.length - 1]!)
    return root === undefined ? null : root
  }

  private step(level: Level): void {
    const { copy, keys, length, source } = level
    if (level.next === length || this.room < 0) {
      this.ancestors.delete(source)
      this.levels.pop()
      return
    }
    const index = level.next++
    const key = keys === undefined ? String(index) : keys[index]!
    const entry = this.entry(source, key)
    if (keys === undefined) {
      ;(copy as Array<unknown>).push(entry === undefined ? null : entry)
      this.room -= index === 0 ? 0 : 1
    } else if (entry !== undefined) {
      Object.defineProperty(copy, key, { value: entry, enumerable: true, configurable: true, writable: true })
      this.room -= key.length + 3
    }
  }

  /** A property as `JSON.stringify` takes it; undefined where it has no text. A container is filled later. */
  private entry(holder: object, key: string): unknown {
    try {
      let value = (holder as Record<string, unknown>)[key]
      if ((typeof value === "object" && value !== null) || typeof value === "bigint") {
        const { toJSON } = value as { readonly toJSON?: unknown }
        if (typeof toJSON === "function" && !isWalked(value)) value = toJSON.call(value, key)
      }
      const { replacer } = this.args
      return this.copied(replacer === null ? value : replacer.call(holder, key, value))
    } catch {
      return this.text(thrown)
    }
  }

  private copied(value: unknown): unknown {
    switch (typeof value) {
      case "string":
        return this.text(value)
      case "bigint":
        return this.text(String(value))
      case "object":
        return value === null ? null : this.container(value)
      case "number":
      case "boolean":
        this.room--
        return value
      default:
        return undefined
    }
  }

  private container(value: object): unknown {
    if (isNumberObject(value)) return this.copied(Number(value))
    if (isStringObject(value)) return this.copied(String(value))
    if (isBooleanObject(value) || isBigIntObject(value)) return this.copied(value.valueOf())
    // These are read as far as the limit goes.
    if (isRawJSON(value) || isWalked(value)) return value
    if (this.ancestors.has(value)) return this.text(circular)
    const isArray = Array.isArray(value)
    const keys = isArray ? undefined : (this.args.list ?? Object.keys(value))
    const length = keys === undefined ? (value as ReadonlyArray<unknown>).length : keys.length
    const copy = isArray ? [] : (Object.create(null) as object)
    this.room -= 2
    this.ancestors.add(value)
    this.levels.push({ source: value, copy, keys, length, next: 0 })
    return copy
  }

  private text(text: string): string {
    this.room -= text.length + 2
    return text
  }
}

/** A `Buffer` that prints as the built-in ones do, or a typed array: the engine reads it by index. */
const isWalked = (value: unknown): boolean =>
  ArrayBuffer.isView(value) && (isPlainBuffer(value) || (value as { toJSON?: unknown }).toJSON === undefined)
