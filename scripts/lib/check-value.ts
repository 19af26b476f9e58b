/**
 * What a noted result in a code block becomes: `1 + 1 // => 2` is `check(1 + 1, 2, "README.md:10")`.
 */
import { deepStrictEqual } from "node:assert/strict"

export const check = (actual: unknown, expected: unknown, where: string): void => {
  try {
    deepStrictEqual(actual, expected)
  } catch (error) {
    throw new Error(`${where}: the noted result is not what comes out\n${(error as Error).message}`, { cause: error })
  }
}
