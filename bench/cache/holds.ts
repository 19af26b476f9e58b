/**
 * For how long a large entry holds the event loop: stored in memory and in Redis, read from Redis, and read as a response. Beside an idle
 * control, and beside what other caches have to do: stringify the value for the body. Medians.
 */
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { HttpServerResponse } from "effect/http"
import { SerializationLayer } from "../../src/index.ts"
import { SerializedCache } from "../../src/cache/index.ts"
import * as RedisStore from "../../src/cache/RedisStore.ts"
import { RedisServer } from "../../test/cache/redis/support/redisServer.ts"
import { idle, measure, settle } from "../hold.ts"
import { median } from "../stats.ts"

export interface HoldRow {
  readonly what: string
  readonly megabytes: number
  /** Milliseconds: the longest turn of the loop, and the thread's own time. */
  readonly hold: number
  readonly cpu: number
  /** The longest turn of a loop that had nothing to do, just before. */
  readonly idle: number
}

const valueOf = (megabytes: number) =>
  Array.from({ length: megabytes * 10_000 }, (_, id) => ({
    id,
    name: `customer ${id % 5000}`,
    balance: id / 7,
    paid: id % 3 === 0,
    note: "x".repeat(22)
  }))

export const measureHolds = async (sizes: ReadonlyArray<number>, runs: number): Promise<ReadonlyArray<HoldRow>> => {
  const scope = Scope.makeUnsafe()
  await using redis = await RedisServer.start()
  const options = { maxBytes: "512 MiB", maxEntryBytes: "256 MiB" } as const
  const live = SerializedCache.layerNoStore(options).pipe(
    Layer.provide([RedisStore.layer({ url: redis.url }), SerializationLayer.layer()])
  )
  const make = async () =>
    Context.get(await Effect.runPromise(Layer.buildWithScope(Layer.fresh(live), scope)), SerializedCache)
  const writer = await make()
  const rows: Array<HoldRow> = []
  for (const megabytes of sizes) {
    const value = valueOf(megabytes)
    const cases: ReadonlyArray<readonly [string, () => Promise<() => Promise<unknown>>]> = [
      ["JSON.stringify and encode", async () => async () => new TextEncoder().encode(JSON.stringify(value))],
      ["set", async () => () => Effect.runPromise(writer.set("key", value))],
      [
        "read from Redis",
        async () => {
          const reader = await make()
          // Connected.
          await Effect.runPromise(reader.get("nothing", { consistency: "strong" }))
          return () => Effect.runPromise(reader.get("key"))
        }
      ],
      [
        "hit and response",
        async () => async () => {
          const cached = await Effect.runPromise(writer.getOrCompute("key", Effect.succeed(value)))
          const { body } = HttpServerResponse.toWeb(SerializedCache.toResponse(cached))
          let size = 0
          for await (const chunk of body!) size += chunk.length
          if (size !== cached.size) throw new Error(`${size} bytes of ${cached.size}`)
        }
      ]
    ]
    await Effect.runPromise(writer.set("key", value))
    for (const [what, prepare] of cases) {
      const readings = []
      const idles = []
      for (let run = 0; run < runs; run++) {
        const step = await prepare()
        await settle()
        idles.push((await idle(50)).hold)
        const { cpu, hold } = await measure(step)
        readings.push({ cpu, hold })
      }
      rows.push({
        what,
        megabytes,
        hold: median(readings.map(({ hold }) => hold)),
        cpu: median(readings.map(({ cpu }) => cpu)),
        idle: median(idles)
      })
    }
  }
  await Effect.runPromise(Scope.close(scope, Exit.void))
  return rows
}
