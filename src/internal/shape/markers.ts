/**
 * The words that say what was left out, where it was. Plain digits: locales are slow and differ.
 */
import { stringify } from "../value/intrinsics.ts"
import type { Container } from "./nodes.ts"

/** The last element of an array that is not whole, or the last entry of an object. */
export const markerEntry = (container: Container, count: number, colon: string): string => {
  if (container.isArray) return `"… ${count} more items"`
  container.markerKey ??= freeKey(container.open.keys ?? [])
  return `${container.markerKey}${colon}"${count} more keys"`
}

// One that the object does not have.
const freeKey = (keys: ReadonlyArray<string>): string => {
  let key = "…"
  while (keys.includes(key)) key += "…"
  return stringify(key)
}

/** Stands between head and tail of a string, or behind its head. */
export const moreCharacters = (count: number, hasTail: boolean): string =>
  ` … ${count} more characters${hasTail ? " … " : ""}`

/** A container below the deepest level. */
export const tooDeep = (count: number, isArray: boolean): string =>
  isArray ? `"[… ${count} items]"` : `"{… ${count} keys}"`

/** Something that no reader of text has a use for: `[binary: 12345 bytes]`. */
export const notText = (what: string, count: number, unit: string): string => `"[${what}: ${count} ${unit}]"`
