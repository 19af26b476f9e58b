/**
 * What an option may be, in code and in words. All functions are pure. A message says what was expected and what was
 * given.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { describeValue } from "../value/describeValue.ts"

export const wrong = (name: string, expected: string, given: unknown): string =>
  `Expected \`${name}\` to be ${expected}, but it is ${given instanceof URL ? given.href : describeValue(given)}`

export const duration = 'a duration in milliseconds or like "30 seconds"'

export const whole = (from: number): string => `a whole number from ${from} up`

export const count = (from: number): string => `${whole(from)}, or Infinity`

export const share = "a number from 0 to 1"

export const isShare = (u: unknown): u is number => typeof u === "number" && u >= 0 && u <= 1

export const isObject = (u: unknown): u is object => typeof u === "object" && u !== null

export const isWhole = (u: unknown, from: number): boolean => Number.isSafeInteger(u) && (u as number) >= from

export const isCount = (u: unknown): boolean => isWhole(u, 0) || u === Infinity

// `Duration` takes NaN as zero. As an option it is a mistake, and so is a negative time.
export const milliseconds = (input: Duration.Input): number | undefined => {
  if (typeof input === "number" && !(input >= 0)) return undefined
  const parsed = Option.getOrUndefined(Duration.fromInput(input))
  return parsed === undefined || Duration.isNegative(parsed) ? undefined : Duration.toMillis(parsed)
}
