/**
 * Values that are too long for one frame and have no children to cut between: long strings, and typed arrays.
 */
import type { LiteralReader } from "../fragment/literal.ts"
import type { Draft } from "./frameBuilder.ts"
import type { Open } from "../walk/container.ts"
import { Shape } from "../value/containerShape.ts"
import { copyElements, elementsOf } from "../walk/enterContainer.ts"
import { isPairAt } from "../value/intrinsics.ts"
import { Kind } from "../frame/frame.ts"

/** Code units of a piece of a long string. */
const pieceLength = 16_384
/** Elements of a piece of a typed array. */
const pieceElements = 4_096
/** Estimated text of an element, and of one with its index. */
const elementSize = 4
const indexedSize = 12

/** Puts the next piece of a long string into the frame, and returns its estimated length. */
export const takePiece = (open: Open, draft: Draft): number => {
  const { index, length, value } = open
  let end = Math.min(index + pieceLength, length)
  if (end < length && isPairAt(value, end - 1)) end--
  draft.part(Kind.piece, value.slice(index, end), 0)
  open.index = end
  open.isWritten = true
  open.settle()
  return end - index
}

/**
 * Puts the next piece of a text that is JSON already into the frame, and returns its length. Bytes are a frame of their
 * own, so that nobody decodes them: -1 says that the frame before them has to end first.
 */
export const takeLiteral = (open: Open, draft: Draft): number => {
  const reader = open.value as LiteralReader
  const isEmpty = draft.isEmpty
  if (reader.givesBytes && !isEmpty) return -1
  const piece = reader.next()
  if (typeof piece === "string") draft.text += piece
  else draft.literal = piece
  if (reader.isDone) open.index = open.length
  open.isWritten = true
  open.settle()
  return piece.length
}

/** Puts the next elements of a typed array into the frame, and returns their estimated length. */
export const takeElements = (open: Open, draft: Draft, level: number): number => {
  const { index: start, length } = open
  const end = Math.min(start + pieceElements, length, elementsOf(open.value))
  // Its memory was transferred, or became smaller, in the meantime. The text ends with what was there.
  if (end <= start) {
    open.index = length
    open.settle()
    return 0
  }
  const elements = copyElements(open.value, start, end)
  draft.separate(open, level)
  open.index = end
  open.settle()
  if (open.shape === Shape.elements) {
    draft.part(Kind.elements, elements, level)
    return elements.length * elementSize
  }
  draft.part(Kind.indexed, { start, elements }, level)
  return elements.length * indexedSize
}
