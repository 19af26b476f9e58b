/**
 * `maxItems`: which elements of an array may be shown, whatever the limit of the text.
 */
import type { Container } from "./nodes.ts"
import type { ShapeSettings } from "./settings.ts"

/** Of so many elements to be shown at both ends, those at the back. */
export const tailShare = (count: number): number => (count < 2 ? 0 : Math.max(1, Math.floor(count / 3)))

/** Finds the gap that `maxItems` leaves in an array. That of `maxKeys` is found while an object is walked. */
export const limitItems = (container: Container, { isArrayTailKept, maxItems }: ShapeSettings): Container => {
  const { count, first, isArray, length } = container
  if (!isArray || count <= maxItems) return container
  const tail = isArrayTailKept ? tailShare(maxItems) : 0
  container.gapFrom = first + maxItems - tail
  container.gapTo = length - tail
  return container
}
