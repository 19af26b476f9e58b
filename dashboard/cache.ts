/**
 * The cache of the dashboard, over Redis where there is one, and what its buttons do to it.
 */
import { Context, Effect, FiberSet, Layer } from "effect"
import { CacheHealth, MemoryMonitor, SerializedCache } from "../src/cache/index.ts"
import * as RedisStore from "../src/cache/RedisStore.ts"
import { makeDocument } from "./document.ts"
import { redis } from "./redis.ts"

export const actions = ["stampede", "invalidate", "cut"] as const
export type Action = (typeof actions)[number]

export const isAction = (u: unknown): u is Action => actions.includes(u as Action)

const callers = 1_000
const readers = 50
const documentSize = 2_000_000
/** Milliseconds that computations take: of the stampede, and beside invalidations. */
const slow = 300
const quick = 20
/** Between two invalidations, and between two reads of a reader, in milliseconds. */
const invalidateEach = 50
const readEach = 2
const loadTime = 6_000
const cutTime = 10_000

export class CacheDemo extends Context.Service<
  CacheDemo,
  {
    /** Does what a button says, unless it is being done. `false`: there is no Redis to cut off. */
    run(action: Action): Effect.Effect<boolean>
    /** The figures of now. */
    readonly figures: Effect.Effect<unknown>
  }
>()("dashboard/CacheDemo") {}

const make = Effect.gen(function* () {
  const server = yield* redis
  const cacheLayer =
    server === undefined
      ? SerializedCache.layer({ name: "dashboard" })
      : Layer.provide(SerializedCache.layerNoStore({ name: "dashboard" }), RedisStore.layer({ url: server.url }))
  const context = yield* Layer.build(
    CacheHealth.layer().pipe(Layer.provideMerge(cacheLayer), Layer.provideMerge(MemoryMonitor.layer()))
  )
  const cache = Context.get(context, SerializedCache)
  const memory = Context.get(context, MemoryMonitor)
  const fibers = yield* FiberSet.make()
  const running = new Set<Action>()
  const document = makeDocument(documentSize)
  let reports = 0
  let stampede: { callers: number; computations: number; time: number } | undefined
  let race: { reads: number; invalidations: number; old: number } | undefined

  const runStampede = Effect.gen(function* () {
    let computations = 0
    const compute = Effect.sync(() => (computations++, document)).pipe(Effect.delay(slow))
    const key = `report ${++reports}`
    const began = performance.now()
    const call = cache.getOrCompute(key, compute, { timeToLive: "1 minute" })
    yield* Effect.forEach(Array.from({ length: callers }), () => call, { concurrency: "unbounded", discard: true })
    stampede = { callers, computations, time: performance.now() - began }
  })

  const runRace = Effect.gen(function* () {
    const counts = { reads: 0, invalidations: 0, old: 0 }
    race = counts
    let version = 0
    /** What no call may go below any more: its invalidation has returned. */
    let least = 0
    // What the source holds when the computation begins: it may be outdated when it ends.
    const compute = Effect.suspend(() => Effect.delay(Effect.succeed(version), quick))
    const reader = Effect.gen(function* () {
      const expected = least
      const cached = yield* cache.getOrCompute("live", compute)
      if (Number(yield* cached.text) < expected) counts.old++
      counts.reads++
      yield* Effect.sleep(readEach)
    })
    const writer = Effect.gen(function* () {
      yield* Effect.sleep(invalidateEach)
      // First the source, then the cache.
      const next = ++version
      yield* cache.invalidate("live")
      least = next
      counts.invalidations++
    })
    const all = [Effect.forever(writer), ...Array.from({ length: readers }, () => Effect.forever(reader))]
    yield* Effect.timeoutOption(Effect.all(all, { concurrency: "unbounded", discard: true }), loadTime)
  })

  const runCut = Effect.acquireUseRelease(
    Effect.sync(() => server?.shut()),
    () => Effect.sleep(cutTime),
    () => Effect.sync(() => server?.open())
  )

  const work: Record<Action, Effect.Effect<void, unknown>> = {
    stampede: runStampede,
    invalidate: runRace,
    cut: runCut
  }

  return Context.add(
    context,
    CacheDemo,
    CacheDemo.of({
      run: Effect.fnUntraced(function* (action) {
        if (action === "cut" && server === undefined) return false
        if (running.has(action)) return true
        running.add(action)
        yield* work[action].pipe(
          Effect.ensuring(Effect.sync(() => running.delete(action))),
          Effect.ignore({ log: true }),
          FiberSet.run(fibers)
        )
        return true
      }),
      figures: Effect.gen(function* () {
        const metrics = yield* cache.metrics
        const { level, pressure } = yield* memory.stats
        const { entries, hitRate, invalidationsQueued, limit, size, store } = metrics
        const kept = { entries, hitRate, invalidationsQueued, limit, size, store }
        return { ...kept, level, pressure, stampede, race, running: [...running], hasRedis: server !== undefined }
      })
    })
  )
})

/** The cache, its health, and what the buttons do. */
export const cacheLayer = Layer.effectContext(make)
