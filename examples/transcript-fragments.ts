/**
 * The transcript of an agent grows by a few messages a round, and is sent whole each time. Serialized as a value, each round costs the
 * whole transcript; with a fragment for each message that is there already, it costs the new ones.
 *
 * In a clone, run it with `npm run build` and `npx node examples/transcript-fragments.ts`.
 */
import { Effect } from "effect"
import { Fragment, Serialization, SerializationLive } from "effect-serialization"

const message = (id: number) => ({
  id,
  role: id % 2 === 0 ? "user" : "assistant",
  at: new Date(1.7e12 + id * 1000),
  text: `Message ${id}. `.repeat(500),
  embedding: Array.from({ length: 200 }, (_, i) => Math.sin(id * 200 + i))
})

/** Milliseconds that the thread has worked. */
const busy = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = process.threadCpuUsage()
    yield* effect
    const { system, user } = process.threadCpuUsage(before)
    return (system + user) / 1e3
  })

const median = (values: Array<number>) => values.sort((a, b) => a - b)[values.length >> 1]!

const program = Effect.gen(function* () {
  const json = yield* Serialization
  const messages = Array.from({ length: 2000 }, (_, id) => message(id))
  const fragments = yield* Effect.forEach(messages, (message) => Fragment.from(message))
  const times = { native: [] as Array<number>, values: [] as Array<number>, fragments: [] as Array<number> }
  let size = 0
  for (let round = 0; round < 9; round++) {
    const added = Array.from({ length: 5 }, (_, i) => message(messages.length + i))
    messages.push(...added)
    times.native.push(yield* busy(Effect.sync(() => new TextEncoder().encode(JSON.stringify({ messages })))))
    times.values.push(yield* busy(json.serializeToBytes({ messages })))
    times.fragments.push(
      yield* busy(
        Effect.gen(function* () {
          fragments.push(...(yield* Effect.forEach(added, (message) => Fragment.from(message))))
          size = (yield* json.serializeToBytes({ messages: fragments })).bytes.length
        })
      )
    )
  }
  const native = median(times.native)
  const share = (time: number) => `${time.toFixed(1)} ms, ${(time / native).toFixed(2)} of JSON.stringify and encoding`
  console.log(`${messages.length} messages, ${(size / 1e6).toFixed(1)} MB, 5 new a round; the thread was busy for:`)
  console.log(`  JSON.stringify       ${share(native)}, in one piece`)
  console.log(`  values               ${share(median(times.values))}, in slices`)
  console.log(`  fragments            ${share(median(times.fragments))}, in slices`)
})

await Effect.runPromise(program.pipe(Effect.provide(SerializationLive)))
