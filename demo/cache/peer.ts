/**
 * A process with a cache over Redis. Its parent says what to do, and is the source that its reports are computed from.
 */
import { Effect, Schedule } from "effect"
import { makeCache } from "../../src/cache/index.ts"
import * as RedisStore from "../../src/cache/RedisStore.ts"
import type { Answers, ToParent, ToPeer } from "./messages.ts"

const [url = ""] = process.argv.slice(2)
const cache = makeCache({ name: "demo", store: RedisStore.layer({ url }) })
const say = (message: ToParent): boolean => process.send!(message)

const asked = new Map<number, (version: number) => void>()
let questions = 0

/** The source is asked, and takes its time. */
const compute = (key: string) => () =>
  new Promise<object>((resolve) => {
    const id = questions++
    asked.set(id, (version) => resolve({ key, version, rows: Array.from({ length: 1_000 }, (_, id) => ({ id })) }))
    say({ _tag: "Read", id, key })
  })

const versionOf = (text: string): number => (JSON.parse(text) as { readonly version: number }).version

const load = async (key: string, callers: number): Promise<Answers> => {
  const versions: Record<number, number> = {}
  const sources: Record<string, number> = {}
  let slowest = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      const began = performance.now()
      const cached = await cache.getOrCompute(key, compute(key), { timeToLive: "1 hour" })
      slowest = Math.max(slowest, performance.now() - began)
      const version = versionOf(await cached.text())
      versions[version] = (versions[version] ?? 0) + 1
      sources[cached.source] = (sources[cached.source] ?? 0) + 1
    })
  )
  return { versions, sources, slowest }
}

process.on("message", (message: ToPeer) => {
  switch (message._tag) {
    case "Version":
      asked.get(message.id)?.(message.version)
      return void asked.delete(message.id)
    case "Load":
      return void load(message.key, message.callers).then((answers) =>
        say({ _tag: "Answers", ask: message.ask, answers })
      )
    case "Invalidate":
      return void cache.invalidate(message.key).then(({ status }) => say({ _tag: "Done", ask: message.ask, status }))
    case "State":
      return void cache.metrics().then(({ invalidationsQueued, store }) => {
        say({ _tag: "Done", ask: message.ask, status: `${store}, ${invalidationsQueued} queued` })
      })
    case "End":
      return void cache.shutdown().then(() => process.disconnect!())
  }
})

// A strong read fails until there is a connection: the first question would go past Redis.
const attached = Effect.tryPromise(() => cache.get("nothing", { consistency: "strong" }))
await Effect.runPromise(Effect.retry(attached, { schedule: Schedule.spaced("20 millis"), times: 250 }))
say({ _tag: "Ready" })
