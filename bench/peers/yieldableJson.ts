/** `yieldable-json`: a generator over the value that yields to the loop as often as its `intensity` says. */
import { createRequire } from "node:module"
import type { Contender } from "./contender.ts"
import { textContender } from "./textContender.ts"

interface YieldableJson {
  stringifyAsync(value: unknown, done: (error: Error | null, text: string) => void): void
}

export const makeYieldableJson = (): Contender => {
  const { stringifyAsync } = createRequire(import.meta.url)("yieldable-json") as YieldableJson
  return textContender(
    "yieldable-json",
    (value) =>
      new Promise((resolve, reject) =>
        stringifyAsync(value, (error, text) => (error === null ? resolve(text) : reject(error)))
      )
  )
}
