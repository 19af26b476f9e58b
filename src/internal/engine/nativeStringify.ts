/**
 * Plain `JSON.stringify`, in one call.
 */
import type { SerializationError } from "../../SerializationError.ts"
import { readArguments, spaceOf } from "../options/stringifyArguments.ts"
import { diagnose } from "../errors/diagnoseError.ts"
import { unsupportedValue } from "../errors/serializationErrors.ts"
import type { SerializeOptions } from "../options/callOptions.ts"
import { stringify } from "../value/intrinsics.ts"
import { marked } from "../value/ownStringify.ts"

/** The text of a value, or why there is none. */
export const native = (value: unknown, options: SerializeOptions | undefined): string | SerializationError => {
  let text: string | undefined
  try {
    text = print(value, options)
  } catch (thrown) {
    return diagnose(value, thrown, listOf(options), false)
  }
  if (text !== undefined) return text
  return unsupportedValue("", typeof value === "function" || typeof value === "symbol" ? typeof value : "undefined")
}

const print = marked((value: unknown, options: SerializeOptions | undefined): string | undefined =>
  options === undefined
    ? stringify(value)
    : stringify(value, options.replacer as Array<string> | null, spaceOf(options) as string | undefined)
)

const listOf = (options: SerializeOptions | undefined): ReadonlyArray<string> | null => {
  try {
    return readArguments(options).list
  } catch {
    return null
  }
}
