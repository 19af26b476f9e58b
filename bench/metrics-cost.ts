/**
 * What recording costs a call: the counters alone, and a whole small call with and without a label.
 *
 *     node bench/metrics-cost.ts
 */
import { Effect } from "effect"
import { Serialization, SerializationLayer } from "../src/index.ts"
import { Counters } from "../src/internal/telemetry/counters.ts"
import type { Outcome } from "../src/internal/telemetry/outcome.ts"

const calls = 1_000_000
const outcome: Outcome = {
  error: undefined,
  truncated: false,
  path: "sync",
  arm: "none",
  held: 0.002,
  longestHeld: 0.002,
  size: 100,
  frames: 0,
  waited: 0
}

/** The median of some rounds, in microseconds a call. */
const measure = (name: string, call: (i: number) => void): void => {
  const rounds = Array.from({ length: 9 }, () => {
    const begin = performance.now()
    for (let i = 0; i < calls; i++) call(i)
    return ((performance.now() - begin) * 1e3) / calls
  }).sort((a, b) => a - b)
  console.log(`${name.padEnd(44)} ${rounds[4]!.toFixed(3)} us (${rounds[0]!.toFixed(3)} - ${rounds[8]!.toFixed(3)})`)
}

const counters = new Counters()

console.log(`Node ${process.version}, ${calls.toLocaleString("en")} calls a round, median of 9 rounds`)
measure("recording a call", (i) => counters.ended(outcome, 0.001 + (i % 100) / 1e4, 100, undefined))
measure("recording a call with a label", (i) => counters.ended(outcome, 0.001 + (i % 100) / 1e4, 100, "GET /report"))
measure("two readings of the clock", () => void (performance.now() - performance.now()))

const small = { id: 1, name: "small", tags: ["a", "b"] }
await Effect.gen(function* () {
  const { serialize } = yield* Serialization
  const loop = (options: { label: string } | undefined) =>
    Effect.gen(function* () {
      for (let i = 0; i < calls / 5; i++) yield* serialize(small, options)
    })
  const plain = Effect.gen(function* () {
    for (let i = 0; i < calls / 5; i++) yield* Effect.sync(() => ({ serialized: JSON.stringify(small) }))
  })
  for (const [name, effect] of [
    ["JSON.stringify in an effect", plain],
    ["serialize, 50 bytes", loop(undefined)],
    ["serialize, 50 bytes, with a label", loop({ label: "GET /report" })]
  ] as const) {
    yield* effect
    const begin = performance.now()
    yield* effect
    console.log(`${name.padEnd(44)} ${(((performance.now() - begin) * 5e3) / calls).toFixed(3)} us`)
  }
}).pipe(Effect.provide(SerializationLayer.layerSliced()), Effect.runPromise)
