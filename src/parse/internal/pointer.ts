/**
 * JSON Pointers (RFC 6901) of places in a text.
 */
import * as JsonPointer from "effect/JsonPointer"

export const pointerOf = (tokens: ReadonlyArray<string | number>): string => {
  let pointer = ""
  for (const token of tokens) pointer += "/" + JsonPointer.escapeToken(String(token))
  return pointer
}

/** The tokens of a pointer that is one. */
export const tokensOfPointer = (pointer: string): ReadonlyArray<string> =>
  pointer.split("/").slice(1).map(JsonPointer.unescapeToken)

/** The index that a token may mean in an array. */
export const indexOfToken = (token: string): number | undefined => {
  if (!/^(?:0|[1-9]\d*)$/.test(token)) return undefined
  const index = Number(token)
  return index < 0x7fff_ffff ? index : undefined
}
