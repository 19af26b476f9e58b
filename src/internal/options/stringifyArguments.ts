/**
 * The second and third argument of `JSON.stringify`, read as it reads them: any value is allowed, and odd ones mean
 * nothing.
 */
import { isNumberObject, isStringObject } from "node:util/types"
import type { SerializeOptions } from "./callOptions.ts"
import { emptyGap } from "../frame/frame.ts"
import { lengthOf } from "../value/arrayElements.ts"

export type ReplacerFunction = (this: unknown, key: string, value: unknown) => unknown

export interface Arguments {
  readonly replacer: ReplacerFunction | null
  readonly list: ReadonlyArray<string> | null
  readonly gap: string
}

const none: Arguments = { replacer: null, list: null, gap: "" }

/** May throw what an odd replacer or `space` throws when it is read. */
export const readArguments = (options: SerializeOptions | undefined): Arguments => {
  if (options === undefined) return none
  const { replacer } = options
  return {
    replacer: typeof replacer === "function" ? (replacer as ReplacerFunction) : null,
    list: Array.isArray(replacer) ? namesOf(replacer) : null,
    gap: gapOf(spaceOf(options))
  }
}

/** What is given to `JSON.stringify` as `space`. */
export const spaceOf = ({ pretty, space }: SerializeOptions): unknown =>
  space !== undefined ? space : pretty === true ? 2 : undefined

// ECMA-262, JSON.stringify, step 4: strings, numbers, and objects that hold one; each name once. The length is read
// once, before the elements: a getter among them may change it.
const namesOf = (replacer: ReadonlyArray<unknown>): ReadonlyArray<string> => {
  const names = new Set<string>()
  const length = lengthOf(replacer)
  for (let i = 0; i < length; i++) {
    const item = replacer[i]
    if (typeof item === "string") names.add(item)
    else if (typeof item === "number" || isNumberObject(item) || isStringObject(item)) names.add(String(item))
  }
  return [...names]
}

// Steps 5 to 8: at most ten spaces, or the first ten code units.
const gapOf = (given: unknown): string => {
  let space = given
  if (isNumberObject(space)) space = +(space as unknown as number)
  else if (isStringObject(space)) space = String(space)
  if (typeof space === "number") return " ".repeat(Math.max(0, Math.min(10, Math.trunc(space) || 0)))
  return typeof space === "string" ? untilNull(space.slice(0, 10)) : ""
}

// V8 prints the indentation as a C string, up to its first U+0000.
const untilNull = (space: string): string => {
  const end = space.indexOf("\u0000")
  return end < 0 ? space : end === 0 ? emptyGap : space.slice(0, end)
}
