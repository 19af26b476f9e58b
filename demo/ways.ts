/** The three ways of making JSON bytes of a value that the demo puts side by side. */
import { Effect } from "effect"
import type { Contender } from "../bench/peers/contender.ts"
import { makeNaive } from "../bench/peers/naive.ts"
import { makeNative } from "../bench/peers/native.ts"
import { Serialization } from "../src/index.ts"

export interface Answer {
  readonly bytes: Uint8Array
  /** Where the work was done. */
  readonly path: string
}

export interface Way {
  readonly label: string
  readonly serialize: (value: unknown) => Promise<Answer>
}

const fromContender = (label: string, contender: Contender): Way => ({
  label,
  async serialize(value) {
    let bytes = new Uint8Array()
    const path = await contender.run(value, "bytes", (chunk) => (bytes = chunk as Uint8Array<ArrayBuffer>))
    return { bytes, path }
  }
})

export const makeWays = Effect.gen(function* () {
  const naive = yield* Effect.acquireRelease(Effect.sync(makeNaive), (pool) => Effect.promise(() => pool.close()))
  const runPromise = Effect.runPromiseWith(yield* Effect.context<Serialization>())
  const library: Way = {
    label: "effect-serialization",
    serialize: (value) => runPromise(Serialization.use((json) => json.serializeToBytes(value)))
  }
  return [fromContender("JSON.stringify", makeNative()), fromContender("Piscina, whole value", naive), library]
})
