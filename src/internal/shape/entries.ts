/**
 * Which entries of a container may be shown: those that `maxItems` and `maxKeys` leave and no pattern of `drop` takes.
 */
import type { Container, Node } from "./nodes.ts"
import type { PlaceReader } from "./reader.ts"

/** What stands at a position: something to show, or why there is nothing. */
export type Entry = Node | "dropped" | "textless"

/** What stands at a position that may be shown. */
export const entryAt = (container: Container, position: number, reader: PlaceReader): Entry =>
  reader.isDropped(container, position) ? "dropped" : (reader.entry(container, position) ?? "textless")

/**
 * Whether `maxKeys` and `maxItems` let an entry be shown. The entries of an object that have a text are counted from
 * the first on, so those before are looked at; asked for one after the other, each call looks at one.
 */
export const isWithin = (container: Container, position: number, reader: PlaceReader): boolean => {
  const { first, isArray } = container
  const { maxKeys } = reader.settings
  if (position < first) return false
  if (isArray || container.count <= maxKeys) return position < container.gapFrom || position >= container.gapTo
  for (let at = first + container.passed; at <= position && at < container.gapFrom; at++) {
    if (reader.entry(container, at) === null) container.passed++
    else if (container.counted < maxKeys) {
      container.counted++
      container.passed++
    } else container.gapFrom = at
  }
  return position < container.gapFrom
}

/** Entries that are left out where so many are shown. Those without a text are none, as far as they were looked at. */
export const leftOut = (container: Container, shown: number): number => container.count - container.textless - shown
