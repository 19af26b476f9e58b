/**
 * `maxString`: which code units of a string are shown, whatever the limit of the text.
 */
import { isPairAt } from "../value/intrinsics.ts"
import { moreCharacters } from "./markers.ts"
import type { Ends, Text, TextLeaf } from "./nodes.ts"
import type { ShapeSettings } from "./settings.ts"

/** With less room, a string is not worth to be cut: it is told to be there and no more. */
export const leastRoom = 8

type TextSettings = Pick<ShapeSettings, "isStringTailKept" | "markers" | "maxString">

/** What stands between head and tail where so many code units are left out. */
export const markerOf = (count: number, { isStringTailKept, markers }: TextSettings): string =>
  markers ? moreCharacters(count, isStringTailKept) : "…"

/** How much of the room is the head's. */
export const headShare = (room: number, { isStringTailKept }: TextSettings): number =>
  isStringTailKept ? Math.ceil((room * 2) / 3) : room

/** Applies `maxString` to a string, from its `first` code unit on. */
export const cutByLength = (leaf: TextLeaf, settings: TextSettings): TextLeaf => {
  const { first, text } = leaf
  const count = text.length - first
  if (count <= settings.maxString) {
    leaf.shown = first === 0 ? text : text.slice(first, text.length)
    return leaf
  }
  const room = settings.maxString - markerOf(count, settings).length
  leaf.cut = room < leastRoom ? "collapsed" : endsWithin(text, first, room, settings)
  leaf.shown = leaf.cut === "collapsed" ? "…" : joined(leaf, leaf.cut, settings)
  return leaf
}

const endsWithin = (text: Text, first: number, room: number, settings: TextSettings): Ends => {
  const { length } = text
  const head = withoutHalf(text, first, first + headShare(room, settings)) - first
  const tail = settings.isStringTailKept ? length - withoutHalfBefore(text, length - (room - head)) : 0
  return { head, tail }
}

/** The text of a string that keeps its ends. */
export const joined = ({ first, text }: TextLeaf, { head, tail }: Ends, settings: TextSettings): string => {
  const { length } = text
  const count = length - first - head - tail
  return text.slice(first, first + head) + markerOf(count, settings) + text.slice(length - tail, length)
}

// No pair is parted.
const withoutHalf = (text: Text, from: number, to: number): number =>
  to > from && isPairAt(text.slice(to - 1, to + 1), 0) ? to - 1 : to

const withoutHalfBefore = (text: Text, from: number): number =>
  from > 0 && isPairAt(text.slice(from - 1, from + 1), 0) ? from + 1 : from
