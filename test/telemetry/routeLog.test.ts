/** The debug log of adaptive routing: one entry when both routes of a kind are known, and one when the cheaper one changes. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Metric, References } from "effect"
import type * as Os from "node:os"
import { Serialization, SerializationLayer, WorkerPool } from "effect-serialization"
import { layerInline } from "effect-serialization/testing"
import { vi } from "vitest"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import type { RoutesOfKind } from "../../src/internal/routing/routeCosts.ts"
import { Registrations } from "../../src/internal/telemetry/metricSeries.ts"
import { RouteLog } from "../../src/internal/telemetry/routeLog.ts"
import { records, withRegistry } from "../support/ops.ts"

// On a machine with one core adaptive routing leaves the pool alone.
vi.mock("node:os", async (original) => ({
  ...(await original<typeof Os>()),
  availableParallelism: () => 2
}))

afterEach(() => void vi.restoreAllMocks())

/** What each route has cost, in milliseconds for 1,024 code units. */
const costs = (worker: number, sliced: number, workerFrames = 4, slicedFrames = 4): RoutesOfKind => ({
  worker: { total: worker, frames: workerFrames },
  sliced: { total: sliced, frames: slicedFrames }
})

/** A log over costs that the test sets, with what it has said and the series of costs as they are exported. */
const makeLog = Effect.map(Effect.context<never>(), (context) => {
  const kinds = new Map<string, RoutesOfKind>()
  const said: Array<readonly [kind: string, message: string]> = []
  const series = new Registrations(context, { name: "routed" })
  const log = new RouteLog(kinds, series, (message, kind) => said.push([kind, message]))
  return { kinds, said, series, look: () => log.look() }
})

/** The series of costs, by kind and route, in seconds for 1,024 code units. */
const exportedCosts = Effect.map(Metric.snapshot, (snapshot) =>
  Object.fromEntries(
    snapshot
      .filter(({ id }) => id === "effect_serialization.route.cost")
      .map(({ attributes, state }) => [
        `${attributes?.["kind"]} ${attributes?.["route"]}`,
        (state as { readonly value: number }).value
      ])
  )
)

describe("what is logged", () => {
  it.effect("nothing of a kind before both routes have done a frame of it", () =>
    withRegistry(
      Effect.gen(function* () {
        const { kinds, look, said } = yield* makeLog
        look()
        kinds.set("text/large/string", costs(0.05, 0, 4, 0))
        kinds.set("text/large/bytes", costs(0, 0.05, 0, 4))
        look()
        assert.deepStrictEqual(said, [])
        assert.deepStrictEqual(yield* exportedCosts, {})
        kinds.set("text/large/string", costs(0.05, 0.1, 4, 1))
        look()
        assert.deepStrictEqual(said, [
          ["text/large/string", "worker costs less: worker 50.00 us/KiB, sliced 100.00 us/KiB"]
        ])
      })
    )
  )

  it.effect("each kind by itself, and again only when the other route has become the cheaper one", () =>
    withRegistry(
      Effect.gen(function* () {
        const { kinds, look, said } = yield* makeLog
        const set = (worker: number, sliced: number) => kinds.set("text/large/string", costs(worker, sliced))
        set(0.05, 0.1).set("records/small/bytes", costs(0.3, 0.1))
        look()
        look()
        // Dearer than before, and still the cheaper of the two.
        set(0.09, 0.1)
        look()
        set(0.2, 0.1)
        look()
        look()
        set(0.2, 0.25)
        look()
        assert.deepStrictEqual(said, [
          ["text/large/string", "worker costs less: worker 50.00 us/KiB, sliced 100.00 us/KiB"],
          ["records/small/bytes", "sliced costs less: worker 300.00 us/KiB, sliced 100.00 us/KiB"],
          ["text/large/string", "sliced costs less: worker 200.00 us/KiB, sliced 100.00 us/KiB"],
          ["text/large/string", "worker costs less: worker 200.00 us/KiB, sliced 250.00 us/KiB"]
        ])
      })
    )
  )

  it.effect("with the first entry of a kind, series that show its costs at any time", () =>
    withRegistry(
      Effect.gen(function* () {
        const { kinds, look, series } = yield* makeLog
        const text = { worker: { total: 50, frames: 4 }, sliced: { total: 100, frames: 4 } }
        kinds.set("text/large/string", text)
        look()
        assert.deepStrictEqual(yield* exportedCosts, {
          "text/large/string worker": 0.05,
          "text/large/string sliced": 0.1
        })
        text.worker.total = 200
        text.sliced.total = 90
        look()
        assert.deepStrictEqual(yield* exportedCosts, {
          "text/large/string worker": 0.2,
          "text/large/string sliced": 0.09
        })
        series.close()
        assert.deepStrictEqual(yield* exportedCosts, {})
      })
    )
  )
})

interface Entry {
  readonly level: string
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** Keeps what is logged. */
const keepLog = () => {
  const entries: Array<Entry> = []
  const logger = Logger.make<unknown, void>(({ fiber, logLevel, message }) => {
    entries.push({
      level: logLevel,
      message: String(message),
      annotations: fiber.getRef(References.CurrentLogAnnotations)
    })
  })
  return { entries, layer: Logger.layer([logger]) }
}

/** Each frame costs a thousand seconds by a clock that stands in for the real one, so it is known which route is the dearer. */
const layerDear = Layer.effect(
  WorkerPool,
  Effect.map(WorkerPool, (pool) => {
    const now = realTimers.now
    let added = 0
    vi.spyOn(realTimers, "now").mockImplementation(() => now() + added)
    return WorkerPool.of({ ...pool, run: (task) => Effect.suspend(() => ((added += 1e6), pool.run(task))) })
  })
).pipe(Layer.provide(layerInline))

const routed = (options: SerializationLayer.LayerOptions = {}) =>
  SerializationLayer.layerNoPool({ name: "routed", routing: "adaptive", ...options }).pipe(Layer.provide(layerDear))

const serializeOften = Serialization.use(({ serialize }) =>
  Effect.forEach(Array.from({ length: 10 }), () => serialize(records(2_000)), { discard: true })
)

describe("where it is logged", () => {
  it.live("at level Debug, with the kind and the layer's name, when a call has ended", () => {
    const { entries, layer } = keepLog()
    return withRegistry(
      Effect.gen(function* () {
        yield* Serialization.use(({ serialize }) => serialize(records(200)))
        assert.deepStrictEqual(entries, [])
        yield* serializeOften
        const kinds = entries.map(({ annotations }) => annotations["kind"])
        assert.include(kinds, "records/medium/string")
        assert.lengthOf(new Set(kinds), kinds.length)
        for (const { annotations, level, message } of entries) {
          assert.strictEqual(level, "Debug")
          assert.deepStrictEqual(Object.keys(annotations).sort(), ["kind", "name"])
          assert.strictEqual(annotations["name"], "routed")
          assert.match(
            message,
            /^Adaptive routing: sliced costs less: worker \d+\.\d\d us\/KiB, sliced \d+\.\d\d us\/KiB$/
          )
        }
        // A thousand seconds for 4 to 16 KiB.
        const medium = entries.find(({ annotations }) => annotations["kind"] === "records/medium/string")!
        const cost = Number(/worker ([\d.]+)/.exec(medium.message)![1])
        assert.isAbove(cost, 1e9 / 16)
        assert.isBelow(cost, 1.1e9 / 4)
        const series = yield* exportedCosts
        assert.sameMembers(
          Object.keys(series),
          kinds.flatMap((kind) => [`${kind} worker`, `${kind} sliced`])
        )
        assert.isAbove(series["records/medium/string worker"]!, 1e3 / 16)
        assert.isBelow(series["records/medium/string worker"]!, 1.1e3 / 4)
      }).pipe(Effect.provide(routed()))
    ).pipe(Effect.provideService(References.MinimumLogLevel, "Debug"), Effect.provide(layer))
  })

  it.live("nowhere at the level that programs have by default", () => {
    const { entries, layer } = keepLog()
    return withRegistry(
      Effect.gen(function* () {
        yield* serializeOften
        assert.isNotEmpty(Object.keys(yield* exportedCosts))
        assert.deepStrictEqual(entries, [])
      }).pipe(Effect.provide(routed()))
    ).pipe(Effect.provide(layer))
  })

  for (const routing of ["worker", "sliced"] as const) {
    it.live(`nowhere with routing: "${routing}", which compares nothing`, () => {
      const { entries, layer } = keepLog()
      return withRegistry(
        Effect.gen(function* () {
          yield* serializeOften
          assert.deepStrictEqual(entries, [])
          assert.deepStrictEqual(yield* exportedCosts, {})
        }).pipe(Effect.provide(routed({ routing })))
      ).pipe(Effect.provideService(References.MinimumLogLevel, "Debug"), Effect.provide(layer))
    })
  }
})
