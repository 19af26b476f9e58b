/**
 * Checks of single options. Each gives the value as a number, or `undefined` where it is none of what is allowed.
 */
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { describeValue } from "../../internal/value/describeValue.ts"

/** A duration in milliseconds. `Duration` takes NaN and negative times as zero; as an option they are mistakes. */
export const milliseconds = (input: Duration.Input): number | undefined => {
  if (typeof input === "number" && !(input >= 0)) return undefined
  const parsed = Option.getOrUndefined(Duration.fromInput(input))
  return parsed === undefined || Duration.isNegative(parsed) ? undefined : Duration.toMillis(parsed)
}

/** A size in bytes. */
export const byteCount = (input: ByteSize.Input): number | undefined => {
  if (typeof input === "number" && !(Number.isSafeInteger(input) && input >= 0)) return undefined
  const parsed = Option.getOrUndefined(ByteSize.fromInput(input))
  return parsed === undefined ? undefined : Number(parsed)
}

export const isShare = (u: unknown): u is number => typeof u === "number" && u >= 0 && u <= 1

export const isObject = (u: unknown): u is object => typeof u === "object" && u !== null

export const wrong = (name: string, expected: string, given: unknown): string =>
  `Expected \`${name}\` to be ${expected}, but it is ${describeValue(given)}`

export const duration = 'a duration, as milliseconds or like "30 seconds"'

export const share = "a number from 0 to 1"
