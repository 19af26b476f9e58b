/**
 * Truncation said on values, with nothing in common with the library's scanner of texts: a document is a list of steps (a
 * container opens, a scalar is added) in text order, the document after n steps is built as a value and written by
 * `JSON.stringify`, and the last one within the limit wins. Slow and obvious.
 */
import { bytes, characters, type Meter } from "../../src/internal/limit/meter.ts"
import { OpenStack } from "../../src/internal/limit/openBrackets.ts"

export type Unit = Meter["unit"]
const meters = { characters, bytes }
import { readArguments } from "../../src/internal/options/stringifyArguments.ts"
import { truncate } from "../../src/internal/limit/truncateText.ts"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

export const sizeOf = (text: string, unit: Unit): number =>
  unit === "characters" ? text.length : new TextEncoder().encode(text).length

/** A stack with nothing open, for a text that `JSON.stringify` writes with this `space`. */
export const stackFor = (space: string, unit: Unit): OpenStack =>
  new OpenStack(readArguments({ space }).gap, meters[unit])

const countSteps = (value: Json): number => {
  if (typeof value !== "object" || value === null) return 1
  let steps = 1
  for (const child of Object.values(value)) steps += countSteps(child)
  return steps
}

/** The document after `left.steps` steps; `last` stands for the scalar of the last step when given. */
const build = (value: Json, left: { steps: number }, last: string | undefined): Json => {
  left.steps--
  if (typeof value !== "object" || value === null) return left.steps === 0 && last !== undefined ? last : value
  if (Array.isArray(value)) {
    const array: Array<Json> = []
    for (const child of value) if (left.steps > 0) array.push(build(child, left, last))
    return array
  }
  const object: Record<string, Json> = {}
  for (const [key, child] of Object.entries(value)) {
    if (left.steps === 0) break
    const built = build(child, left, last)
    Object.defineProperty(object, key, { value: built, enumerable: true, configurable: true, writable: true })
  }
  return object
}

const scalarAt = (value: Json, left: { steps: number }): Json | undefined => {
  left.steps--
  if (typeof value !== "object" || value === null) return left.steps === 0 ? value : undefined
  for (const child of Object.values(value)) {
    if (left.steps === 0) return undefined
    const found = scalarAt(child, left)
    if (left.steps === 0) return found
  }
  return undefined
}

/** Gives, for one document, the outcome of every limit: the text, or undefined where the root cannot be shortened. */
export const makeReference = (value: Json, gap: string, unit: Unit): ((limit: number) => string | undefined) => {
  const steps = countSteps(value)
  const textAfter = (n: number, last?: string): string => JSON.stringify(build(value, { steps: n }, last), null, gap)
  const sizes = Array.from({ length: steps }, (_, i) => sizeOf(textAfter(i + 1), unit))
  return (limit) => {
    let taken = 0
    while (taken < steps && sizes[taken]! <= limit) taken++
    if (taken === steps) return textAfter(steps)
    const next = scalarAt(value, { steps: taken + 1 })
    if (typeof next === "string") {
      const points = Array.from(next)
      for (let n = points.length - 1; n > 0; n--) {
        const text = textAfter(taken + 1, points.slice(0, n).join("") + "…")
        if (sizeOf(text, unit) <= limit) return text
      }
    }
    if (taken > 0) return textAfter(taken)
    return typeof next === "string" && limit >= 2 ? '""' : undefined
  }
}

/** A place where a frame may end. */
export interface Border {
  readonly at: number
  readonly open: OpenStack
}

/** The text of a document, written by hand, with every border in it. */
export const bordersOf = (
  value: Json,
  gap: string,
  unit: Unit
): { readonly text: string; readonly borders: ReadonlyArray<Border> } => {
  const stack = stackFor(gap, unit)
  const borders: Array<Border> = []
  let text = ""
  const border = () => borders.push({ at: text.length, open: stack.copy() })
  const line = (depth: number) => (gap === "" ? "" : "\n" + gap.split("\0", 1)[0]!.repeat(depth))
  const entries = (list: ReadonlyArray<readonly [string | undefined, Json]>, close: string) => {
    border()
    const depth = stack.depth
    list.forEach(([key, child], i) => {
      text += (i > 0 ? "," : "") + line(depth)
      if (key !== undefined) text += JSON.stringify(key) + (gap === "" ? ":" : ": ")
      visit(child)
      border()
    })
    text += (list.length > 0 ? line(depth - 1) : "") + close
    stack.close()
  }
  const visit = (child: Json): void => {
    if (typeof child === "string") {
      text += '"'
      stack.openString()
      for (const point of child) {
        border()
        text += JSON.stringify(point).slice(1, -1)
        stack.openString(true)
      }
      border()
      text += '"'
      stack.closeString()
    } else if (typeof child !== "object" || child === null) {
      text += JSON.stringify(child)
      stack.entry()
    } else if (Array.isArray(child)) {
      text += "["
      stack.open("array")
      entries(
        child.map((entry) => [undefined, entry]),
        "]"
      )
    } else {
      text += "{"
      stack.open("object")
      entries(Object.entries(child as { [key: string]: Json }), "}")
    }
  }
  visit(value)
  border()
  return { text, borders }
}

/**
 * What a caller does with frames that end at `ends`: takes frames while the text can end behind them, holds those of which
 * that is not sure, and shortens what it holds once it cannot fit.
 */
export const truncateFrames = (
  text: string,
  ends: ReadonlyArray<Border>,
  limit: number,
  gap: string,
  unit: Unit
): string | undefined => {
  let open = stackFor(gap, unit)
  let from = 0
  let left = limit
  for (const end of ends) {
    const held = text.slice(from, end.at)
    const size = sizeOf(held, unit)
    if (size + end.open.cut <= left) {
      open = end.open
      from = end.at
      left -= size
    } else if (size + end.open.least > left) {
      const rest = truncate(held, open, left)
      return rest === undefined ? undefined : text.slice(0, from) + rest
    }
  }
  return text
}
