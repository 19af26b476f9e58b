/**
 * Any value in a few words, for messages. A description never throws, whatever the value does.
 */

const limit = 200

const cut = (text: string): string => (text.length > limit ? `${text.slice(0, limit)}...` : text)

const unsafeDescribe = (value: unknown): string => {
  switch (typeof value) {
    case "string":
      return JSON.stringify(cut(value))
    case "bigint":
      return `${value}n`
    case "number":
      return Object.is(value, -0) ? "-0" : String(value)
    case "function":
      return "a function"
    case "symbol":
      return "a symbol"
    case "object":
      return value === null ? "null" : Array.isArray(value) ? "an array" : "an object"
    default:
      return String(value)
  }
}

/** A value given as an option: `"fast"`, `-1`, `a function`. */
export const describeValue = (value: unknown): string => {
  try {
    return unsafeDescribe(value)
  } catch {
    return "an object" // a revoked proxy
  }
}

/** A thrown value: the message of an error, without its full stop, or else the value. */
export const describeThrown = (thrown: unknown): string => {
  try {
    if (thrown instanceof Error) return thrown.message === "" ? thrown.name : cut(thrown.message.replace(/\.$/, ""))
  } catch {
    // A proxy, or a `message` getter that throws in turn.
  }
  return describeValue(thrown)
}
