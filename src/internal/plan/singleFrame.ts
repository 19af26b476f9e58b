/**
 * Values that fit one frame. They are by far the most common above the threshold, and this thread does them at once if
 * it is to do them. The fast lane's visit says whether native code may have the value as it is. Then one native call
 * does everything.
 */
import type { SerializationError } from "../../SerializationError.ts"
import { userCodeFailed } from "../errors/serializationErrors.ts"
import { pointerOf } from "../errors/pointer.ts"
import { isRawJSON } from "../value/intrinsics.ts"
import { Visit, visitDepth } from "../walk/fastVisit.ts"

/**
 * Code units up to which a value is looked at in one go. Larger than a frame: there is nothing to cut, to copy or to
 * join.
 */
export const wholeSize = 98_304

/** A visit of the root that the plan goes on from, so that nothing is read a third time. */
export interface Begun {
  readonly visit: Visit
  /** The estimate, or a negative number where it stopped. */
  readonly size: number
}

/** The result of doing a value in one piece: its text, why there is none, or how far the visit came. */
export type Beginning =
  | { readonly text: string; /** When it was made. */ readonly at: number }
  | SerializationError
  | Begun

/** Visits the root as far as a whole value may go. An error is what user code threw on the way. */
export const begin = (root: object): Begun | SerializationError => {
  const visit = new Visit(null)
  try {
    // What is next to the root may be a wide map: see `Visit.object`.
    return { visit, size: visit.child(root, Array.isArray(root) ? visitDepth : visitDepth + 1, wholeSize) }
  } catch (thrown) {
    return userCodeFailed(pointerOf([], visit.thrownAt), thrown)
  }
}

/** Whether a call may begin with a visit: nobody else looks at its values first, and its length does not matter. */
export const isVisitable = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !isRawJSON(value)
