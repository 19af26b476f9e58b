/**
 * A string that does not fit keeps head and tail, as long as they fit, cut between code points, escapes whole.
 */
import { isPairAt, stringify } from "../value/intrinsics.ts"
import { headShare, leastRoom, markerOf } from "./cutByLength.ts"
import type { Cut } from "./cuts.ts"
import type { Layout, Meter } from "./layout.ts"
import type { Text, TextLeaf } from "./nodes.ts"
import type { ShapeSettings } from "./settings.ts"
import { type Steps, unitsPerStep } from "./steps.ts"

/** Units of a piece of a string, as it is printed. */
export const printedUnits = (piece: string, meter: Meter): number => meter.size(stringify(piece)) - 2

/**
 * Which ends of a string fit into `budget`, with quotes and marker; undefined where there is too little room for any.
 */
export function* cutText(
  leaf: TextLeaf,
  budget: number,
  layout: Layout,
  settings: ShapeSettings
): Steps<Cut | undefined> {
  const { first, text } = leaf
  const { meter } = layout
  const marker = markerOf(text.length - first, settings)
  const room = budget - 2 - meter.size(marker)
  const longest = Math.min(room, settings.maxString - marker.length)
  if (longest < leastRoom) return undefined
  const head = yield* fitHead(text, first, headShare(room, settings), headShare(longest, settings), meter)
  const tail = settings.isStringTailKept
    ? yield* fitTail(text, first + head.length, room - head.units, longest - head.length, meter)
    : nothing
  const left = text.length - first - head.length - tail.length
  const size = 2 + head.units + meter.size(markerOf(left, settings)) + tail.units
  return { shown: { head: head.length, tail: tail.length }, size }
}

interface Fitted {
  readonly length: number
  readonly units: number
}

const nothing: Fitted = { length: 0, units: 0 }

// The longest piece that fits is found by halving: each size is tried once, so all tries together read twice the
// result.
function* fitHead(text: Text, from: number, room: number, longest: number, meter: Meter): Steps<Fitted> {
  const end = Math.min(text.length, from + longest)
  let at = from
  let units = 0
  for (let size = unitsPerStep; size >= 1 && at < end; yield) {
    const piece = pieceFrom(text, at, Math.min(size, end - at))
    const more = printedUnits(piece, meter)
    if (at + piece.length <= end && units + more <= room) {
      at += piece.length
      units += more
    } else {
      size = Math.min(size, end - at) >> 1
    }
  }
  return { length: at - from, units }
}

function* fitTail(text: Text, from: number, room: number, longest: number, meter: Meter): Steps<Fitted> {
  const { length } = text
  const end = Math.max(from, length - longest)
  let at = length
  let units = 0
  for (let size = unitsPerStep; size >= 1 && at > end; yield) {
    const piece = pieceBefore(text, at, Math.min(size, at - end))
    const more = printedUnits(piece, meter)
    if (at - piece.length >= end && units + more <= room) {
      at -= piece.length
      units += more
    } else {
      size = Math.min(size, at - end) >> 1
    }
  }
  return { length: length - at, units }
}

/** So many code units from a place on, or one less or more where a pair would be parted. */
export const pieceFrom = (text: Text, from: number, size: number): string => {
  const piece = text.slice(from, from + size + 1)
  if (piece.length <= size || !isPairAt(piece, size - 1)) return piece.slice(0, size)
  return size === 1 ? piece : piece.slice(0, size - 1)
}

const pieceBefore = (text: Text, to: number, size: number): string => {
  const piece = text.slice(Math.max(0, to - size - 1), to)
  if (piece.length <= size || !isPairAt(piece, 0)) return piece.length <= size ? piece : piece.slice(1)
  return size === 1 ? piece : piece.slice(2)
}
