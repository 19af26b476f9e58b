/** `bfj`: a walk that yields after so many values, and emits events that are put together to the text. */
import { createRequire } from "node:module"
import type { Contender } from "./contender.ts"
import { textContender } from "./textContender.ts"

interface Bfj {
  stringify(value: unknown, options?: object): Promise<string>
}

export const makeBfj = (): Contender => {
  // Its own types are not published, and it is CommonJS.
  const bfj = createRequire(import.meta.url)("bfj") as Bfj
  // What `JSON.stringify` does with promises, maps and other iterables, as far as it can be asked for.
  const faithful = { promises: "ignore", iterables: "ignore", maps: "ignore", buffers: "ignore" }
  return textContender("bfj", (value, options) => bfj.stringify(value, { ...faithful, space: options?.space }))
}
