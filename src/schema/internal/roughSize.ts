/**
 * Is what a parser has made small enough to be stringified here and now?
 *
 * An encoded value is plain data, but for what `Schema.Any` lets through, so properties are simply read: a third of what the engine's
 * own estimate costs, which was a tenth of encoding and stringifying rows (`npm run bench:schema`).
 */

/** Deeper values are left to the engine. */
const deepest = 64

/** Code units of the text, roughly, or at least `room` where there may be more. */
export const roughSize = (value: unknown, room: number, depth: number = deepest): number => {
  switch (typeof value) {
    case "string":
      return value.length + 2
    case "object":
      return value === null ? 4 : depth === 0 ? room : contentSize(value, room, depth - 1)
    default:
      return 8
  }
}

const contentSize = (value: object, room: number, depth: number): number => {
  let size = 2
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && size < room; i++) size += 1 + roughSize(value[i], room - size, depth)
  } else {
    for (const key in value) {
      size += 4 + key.length + roughSize((value as Record<string, unknown>)[key], room - size, depth)
      if (size >= room) return size
    }
  }
  return size
}
