/**
 * Memory: entries by bytes, and a cache that gives way while memory is short.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { MemoryMonitor, type MemoryReading, SerializedCache } from "../../src/cache/index.ts"
import { oldGenerationLimit, ProcessProbe } from "../../src/cache/internal/memoryReading.ts"
import { exact, inMemory } from "./support/layers.ts"

/** What is long is done in turns of the event loop. */
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const kibibyte = "x".repeat(1024 - 2)

const fill = Effect.fnUntraced(function* (from: number, to: number) {
  const cache = yield* SerializedCache
  for (let i = from; i < to; i++) yield* cache.set(`key${i}`, kibibyte)
})

const metrics = SerializedCache.use((cache) => cache.metrics)

/** A probe whose pressure is set by the test. */
const makeProbe = () => {
  const reading: { -readonly [K in keyof MemoryReading]: number } = {
    heapUsedAfterGc: 0,
    heapLimit: 100,
    rss: 0,
    limit: 100
  }
  const layer = inMemory({ ...exact, maxBytes: 1024 * 1024 }).pipe(
    Layer.provideMerge(MemoryMonitor.layer({ probe: { read: () => reading } }))
  )
  return { reading, layer }
}

/** Waits until what is over the limit is gone. The next interval begins then. */
const evicted = Effect.gen(function* () {
  while (true) {
    const { limit, size } = yield* metrics
    if (size <= limit) return
    yield* turn
  }
})

/** The limit after some intervals, as a share of maxBytes. */
const limitAfter = (intervals: number) =>
  Effect.gen(function* () {
    for (let i = 0; i < intervals; i++) {
      yield* TestClock.adjust("1 second")
      yield* evicted
    }
    const { limit } = yield* metrics
    return Math.round((limit / (1024 * 1024)) * 100) / 100
  })

describe("memory", () => {
  it.effect("is never over its limit; what was not used for longest goes first", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      for (let i = 0; i < 300; i++) {
        yield* fill(i, i + 1)
        yield* cache.get("key0")
        const { limit, size } = yield* metrics
        assert.isAtMost(size, limit)
      }
      const { entries, evictions } = yield* metrics
      assert.isAbove(entries, 50)
      assert.strictEqual(evictions.size, 300 - entries)
      assert.strictEqual((yield* cache.get("key0"))._tag, "Some")
      assert.strictEqual((yield* cache.get("key1"))._tag, "None")
    }).pipe(Effect.provide(inMemory({ ...exact, maxBytes: 128 * 1024 })))
  )

  it.effect("a text that is larger than maxEntryBytes is given and not kept", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      const entry = yield* cache.getOrCompute("a", Effect.succeed("x".repeat(2000)))
      assert.strictEqual(entry.size, 2002)
      assert.strictEqual((yield* metrics).entries, 0)
    }).pipe(Effect.provide(inMemory({ maxBytes: 10_000, maxEntryBytes: 1_000 })))
  )

  it.effect("what was invalidated leaves memory without being read", () =>
    Effect.gen(function* () {
      const cache = yield* SerializedCache
      for (let i = 0; i < 300; i++) yield* cache.set(`key${i}`, i, { tags: [`tag${i % 3}`] })
      yield* cache.invalidateTags("tag0")
      yield* turn
      yield* TestClock.adjust("100 millis")
      while ((yield* metrics).entries > 200) yield* turn
      assert.strictEqual((yield* metrics).evictions.invalidated, 100)
    }).pipe(Effect.provide(inMemory()))
  )

  it.effect("elevated: five per cent less than it holds each interval, down to the floor; grows back", () => {
    const { layer, reading } = makeProbe()
    return Effect.gen(function* () {
      assert.strictEqual(yield* limitAfter(2), 1)
      yield* fill(0, 500)
      const held = (yield* metrics).size / 2 ** 20
      reading.rss = 75
      const limit = yield* limitAfter(1)
      assert.closeTo(limit, held - 0.05, 0.01)
      reading.rss = 70
      assert.strictEqual(yield* limitAfter(3), limit)
      reading.rss = 0
      reading.heapUsedAfterGc = 80
      assert.strictEqual(yield* limitAfter(30), 0.1)
      reading.heapUsedAfterGc = 60
      assert.strictEqual(yield* limitAfter(29), 0.1)
      reading.heapUsedAfterGc = 66
      assert.strictEqual(yield* limitAfter(1), 0.1)
      reading.heapUsedAfterGc = 60
      assert.strictEqual(yield* limitAfter(30), 0.1)
      assert.strictEqual(yield* limitAfter(2), 0.2)
      assert.strictEqual(yield* limitAfter(40), 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("critical: to the floor at once, and entries go", () => {
    const { layer, reading } = makeProbe()
    return Effect.gen(function* () {
      yield* fill(0, 500)
      const before = yield* metrics
      reading.rss = 90
      assert.strictEqual(yield* limitAfter(1), 0.1)
      const after = yield* metrics
      assert.isBelow(after.entries, before.entries)
      assert.strictEqual(after.evictions.pressure, before.entries - after.entries)
      yield* fill(500, 600)
      const { limit, size } = yield* metrics
      assert.isAtMost(size, limit)
    }).pipe(Effect.provide(layer))
  })

  it.effect("the monitor tells its level, and does not go to and fro", () => {
    const { layer, reading } = makeProbe()
    return Effect.gen(function* () {
      const monitor = yield* MemoryMonitor
      const levels: Array<string> = []
      const fiber = yield* monitor.changes.pipe(
        Stream.runForEach((level) => Effect.sync(() => levels.push(level))),
        Effect.forkChild({ startImmediately: true })
      )
      for (const rss of [10, 74, 75, 70, 90, 80, 65, 64, 70]) {
        reading.rss = rss
        yield* TestClock.adjust("1 second")
      }
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(levels, ["normal", "elevated", "critical", "elevated", "normal"])
      assert.deepInclude(yield* monitor.stats, { pressure: 0.7, level: "normal", rss: 70 })
    }).pipe(Effect.provide(layer))
  })

  it("the heap's limit is that of the old generation", () => {
    const mebibyte = 1024 * 1024
    assert.strictEqual(oldGenerationLimit(["--max-old-space-size=64"], 160 * mebibyte), 64 * mebibyte)
    assert.strictEqual(oldGenerationLimit(["--max_old_space_size=64"], 160 * mebibyte), 64 * mebibyte)
    const last = oldGenerationLimit(["--max-old-space-size=64", "--max-old-space-size=128"], 500 * mebibyte)
    assert.strictEqual(last, 128 * mebibyte)
    assert.isBelow(oldGenerationLimit([], 4096 * mebibyte), 4096 * mebibyte)
  })

  it("a reading of this process is one", () => {
    const probe = new ProcessProbe()
    const { heapLimit, limit, rss } = probe.read()
    assert.isAbove(rss, 0)
    assert.isAbove(limit, rss)
    assert.isAbove(heapLimit, 0)
    probe.close()
  })
})
