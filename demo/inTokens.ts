/** What a model would read of a large value: a thousand tokens, and what was left out of it. */
import { Effect } from "effect"
import { dataSet } from "../bench/data.ts"
import { measure } from "../bench/hold.ts"
import { megabytes, ms } from "../bench/stats.ts"
import { type Omitted, Serialization } from "../src/index.ts"

export const maxTokens = 1000

const leftOut = ({ count, kind, pointer }: Omitted): string =>
  `  ${count} ${kind} of ${pointer === "" ? "it" : pointer}`

/** As text. */
export const inTokens = Effect.gen(function* () {
  const json = yield* Serialization
  const runPromise = Effect.runPromiseWith(yield* Effect.context())
  const set = dataSet("bcd")
  const value = set.load()
  const call = () => runPromise(json.serialize(value, { maxTokens, truncate: {} }))
  // The first call loads the tokenizer.
  yield* Effect.promise(call)
  const { hold, value: result, wall } = yield* Effect.promise(() => measure(call))
  const { omitted = [], omittedCount, serialized, tokens, tokensExact } = result
  return [
    `${set.source}, ${megabytes(set.megabytes * 1e6)}, in ${maxTokens} tokens`,
    `${tokens} tokens, counted ${tokensExact === true ? "exactly" : "about"}, ${serialized.length} characters of JSON; ` +
      `${ms(wall)} ms, longest hold ${ms(hold)} ms`,
    "",
    `${serialized.slice(0, 300)}`,
    `  ... ${serialized.slice(-100)}`,
    "",
    `Left out in ${omittedCount} places:`,
    ...omitted.slice(0, 5).map(leftOut),
    ...(omittedCount! > 5 ? [`  and in ${omittedCount! - 5} more`] : [])
  ].join("\n")
})
