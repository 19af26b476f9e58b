/** The ways that the demo puts side by side: three from a value to the bytes of its JSON, and three back. */
import { Effect } from "effect"
import { peers } from "../bench/parse/peers/index.ts"
import type { Contender } from "../bench/peers/contender.ts"
import { makeNaive } from "../bench/peers/naive.ts"
import { makeNative } from "../bench/peers/native.ts"
import { Serialization } from "../src/index.ts"

export interface Answer<Output> {
  readonly output: Output
  /** Where the work was done. */
  readonly path: string
}

export interface Way<Input, Output> {
  readonly label: string
  readonly run: (input: Input) => Promise<Answer<Output>>
}

const fromContender = (label: string, contender: Contender): Way<unknown, Uint8Array> => ({
  label,
  async run(value) {
    let output = new Uint8Array()
    const path = await contender.run(value, "bytes", (chunk) => (output = chunk as Uint8Array<ArrayBuffer>))
    return { output, path }
  }
})

export const makeWays = Effect.gen(function* () {
  const naive = yield* Effect.acquireRelease(Effect.sync(makeNaive), (pool) => Effect.promise(() => pool.close()))
  const runPromise = Effect.runPromiseWith(yield* Effect.context<Serialization>())
  const library: Way<unknown, Uint8Array> = {
    label: "effect-serialization",
    run: async (value) => {
      const { bytes, path } = await runPromise(Serialization.use((json) => json.serializeToBytes(value)))
      return { output: bytes, path }
    }
  }
  return [fromContender("JSON.stringify", makeNative()), fromContender("Piscina, whole value", naive), library]
})

const fromPeer = (label: string, peer: string, path: string): Way<Uint8Array, unknown> => ({
  label,
  run: async (bytes) => ({ output: await peers[peer]!(bytes), path })
})

export const waysBack = [
  fromPeer("JSON.parse", "JSON.parse", "sync"),
  fromPeer("worker, whole value", "worker, clone", "worker"),
  fromPeer("effect-serialization", "effect-serialization", "sliced")
]
