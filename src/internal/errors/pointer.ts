/**
 * Makes RFC 6901 JSON Pointers of places in the plan.
 */
import * as JsonPointer from "effect/JsonPointer"
import type { Open } from "../walk/container.ts"
import { Shape } from "../value/containerShape.ts"

/**
 * The pointer of the child at which the innermost open container stands, and of `below` under it (the deepest first).
 */
export const pointerOf = (stack: ReadonlyArray<Open>, below: ReadonlyArray<string | number>): string => {
  let pointer = ""
  for (let level = 1; level < stack.length; level++) {
    const open = stack[level]!
    if (open.shape === Shape.string) break
    pointer += "/" + JsonPointer.escapeToken(open.keyAt(open.index) ?? "")
  }
  for (let i = below.length - 1; i >= 0; i--) pointer += "/" + JsonPointer.escapeToken(String(below[i]))
  return pointer
}
