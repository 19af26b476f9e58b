/**
 * JSON Pointers (RFC 6901) of places in a text.
 */
import * as JsonPointer from "effect/JsonPointer"
import type { Container } from "./containers.ts"

export const pointerOf = (tokens: ReadonlyArray<string | number>): string => {
  let pointer = ""
  for (const token of tokens) pointer += "/" + JsonPointer.escapeToken(String(token))
  return pointer
}

/** The tokens that lead into the innermost of the open containers. */
export const tokensOf = (stack: ReadonlyArray<Container>): Array<string | number> => {
  const tokens: Array<string | number> = []
  for (let i = 0; i < stack.length - 1; i++) {
    const { count, isArray, key } = stack[i]!
    tokens.push(isArray ? count : key!)
  }
  return tokens
}

/** The tokens of a pointer that is one. */
export const tokensOfPointer = (pointer: string): ReadonlyArray<string> =>
  pointer.split("/").slice(1).map(JsonPointer.unescapeToken)
