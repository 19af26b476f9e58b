/**
 * A process with a cache over Redis. Its parent says what to do, and is the source that its reports are computed from.
 */
import { Effect, Layer, ManagedRuntime, Schedule } from "effect"
import { SerializationLive } from "../../src/index.ts"
import { CacheHealth, SerializedCache } from "../../src/cache/index.ts"
import * as RedisStore from "../../src/cache/RedisStore.ts"
import { setTimeout as sleep } from "node:timers/promises"
import type { Answers, ToParent, ToPeer } from "./messages.ts"

const [url = ""] = process.argv.slice(2)
const runtime = ManagedRuntime.make(
  CacheHealth.layer({ interval: "1 second" }).pipe(
    Layer.provideMerge(SerializedCache.layerNoStore({ name: "demo" })),
    Layer.provide([RedisStore.layer({ url }), SerializationLive])
  )
)
const say = (message: ToParent): boolean => process.send!(message)

const asked = new Map<number, (version: number) => void>()
let questions = 0

/** The source is asked, and takes its time. */
const compute = (key: string) =>
  Effect.callback<object>((resume) => {
    const id = questions++
    const rows = Array.from({ length: 1_000 }, (_, id) => ({ id }))
    asked.set(id, (version) => resume(Effect.succeed({ key, version, rows })))
    say({ _tag: "Read", id, key })
  })

const versionOf = (text: string): number => (JSON.parse(text) as { readonly version: number }).version

const read = Effect.fnUntraced(function* (key: string) {
  const cache = yield* SerializedCache
  const began = performance.now()
  const cached = yield* cache.getOrCompute(key, compute(key), { timeToLive: "1 hour" })
  const waited = performance.now() - began
  return { waited, source: cached.source, version: versionOf(yield* cached.text) }
})

/** So many callers, all at once or with a pause in between; each asks for a key of its own where there is a pause. */
const load = async (key: string, callers: number, pause: number): Promise<Answers> => {
  const versions: Record<number, number> = {}
  const sources: Record<string, number> = {}
  let slowest = 0
  const call = async (key: string) => {
    const { source, version, waited } = await runtime.runPromise(read(key))
    slowest = Math.max(slowest, waited)
    versions[version] = (versions[version] ?? 0) + 1
    sources[source] = (sources[source] ?? 0) + 1
  }
  const calls: Array<Promise<void>> = []
  for (let i = 0; i < callers; i++) {
    if (pause > 0) await sleep(pause)
    calls.push(call(pause > 0 ? `${key} ${i}` : key))
  }
  await Promise.all(calls)
  return { versions, sources, slowest }
}

const state = Effect.gen(function* () {
  const { invalidationsQueued, store } = yield* SerializedCache.use((cache) => cache.metrics)
  const { rules } = yield* CacheHealth.use((health) => health.state)
  const firing = rules.filter(({ severity }) => severity !== undefined).map(({ name }) => name)
  return [`${store}`, `${invalidationsQueued} queued`, ...firing].join(", ")
})

process.on("message", (message: ToPeer) => {
  switch (message._tag) {
    case "Version":
      asked.get(message.id)?.(message.version)
      return void asked.delete(message.id)
    case "Load":
      return void load(message.key, message.callers, message.pause).then((answers) =>
        say({ _tag: "Answers", ask: message.ask, answers })
      )
    case "Invalidate":
      return void runtime
        .runPromise(SerializedCache.use((cache) => cache.invalidate(message.key)))
        .then(({ status }) => say({ _tag: "Done", ask: message.ask, status }))
    case "State":
      return void runtime.runPromise(state).then((status) => say({ _tag: "Done", ask: message.ask, status }))
    case "End":
      return void runtime.dispose().then(() => process.disconnect!())
  }
})

// A strong read fails until there is a connection: the first question would go past Redis.
const attached = SerializedCache.use((cache) => cache.get("nothing", { consistency: "strong" }))
await runtime.runPromise(Effect.retry(attached, { schedule: Schedule.spaced("20 millis"), times: 250 }))
say({ _tag: "Ready" })
