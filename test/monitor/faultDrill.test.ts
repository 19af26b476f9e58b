import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, Stream } from "effect"
import type { Worker } from "node:worker_threads"
import { Serialization, SerializationLayer, WorkerPool } from "effect-serialization"
import { EventLoopMonitor } from "effect-serialization/EventLoopMonitor"
import { Health } from "effect-serialization/Health"
import type { SerializationPath } from "effect-serialization/Serialization"
import { patient, until, watchWorkers } from "../fixtures/pool.ts"
import { exported, valueOf, withRegistry } from "../support/ops.ts"
import type { FrameTask as InternalTask } from "../../src/internal/frame/frame.ts"

/** Numbers from 0 to 1 that look random and are the same in every run (Mulberry32). */
const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
}

/** What the drill does to the pool, and what it has seen of it. */
class Drill {
  /** How often a frame that is sent costs a thread its life. */
  killRate = 0
  kills = 0
  /** Calls that had a frame which failed, by the number that is in their values. */
  readonly failedCalls = new Set<number>()
  /** Calls that wanted a thread and got none. */
  failedWaits = 0
  private readonly random = randomFrom(7)
  private readonly workers: ReadonlyArray<Worker>
  private readonly ended: ReadonlyArray<Worker>

  constructor({ ended, started }: { started: ReadonlyArray<Worker>; ended: ReadonlyArray<Worker> }) {
    this.workers = started
    this.ended = ended
  }

  /** A real pool whose threads are killed while they have frames. */
  readonly layer = Layer.effect(
    WorkerPool,
    Effect.gen({ self: this }, function* () {
      const pool = yield* WorkerPool
      const { ready, ...admission } = pool.admission!
      return WorkerPool.of({
        ...pool,
        run: (task) =>
          Effect.suspend(() => {
            if (this.random() < this.killRate) queueMicrotask(() => this.kill())
            return pool.run(task)
          }).pipe(
            Effect.tapError(() => Effect.sync(() => this.failedCalls.add(callOf((task as InternalTask).values))))
          ),
        admission: { ...admission, ready: Effect.tapError(ready, () => Effect.sync(() => this.failedWaits++)) }
      })
    })
  ).pipe(Layer.provide(WorkerPool.layer({ maxThreads: 2, ...patient })))

  private kill(): void {
    const alive = this.workers.filter((worker) => !this.ended.includes(worker))
    const victim = alive[Math.floor(this.random() * alive.length)]
    if (victim === undefined) return
    this.kills++
    void victim.terminate()
  }
}

/** The number of the call is in every element of its value, so it can be read from any frame, wherever that was cut. */
const valueOfCall = (call: number) => Array.from({ length: 2_000 }, (_, i) => `call ${call}, element ${i}`)
const callOf = (value: unknown): number => Number(/"call (\d+),/.exec(JSON.stringify(value))![1])

it.live(
  "workers killed at random: callers get their text, counts are exact, Health and the breaker tell and recover",
  () =>
    withRegistry(
      Effect.gen(function* () {
        const drill = new Drill(yield* watchWorkers)
        yield* Effect.gen(function* () {
          const { metrics, serialize } = yield* Serialization
          const health = yield* Health
          const statuses: Array<string> = []
          yield* health.changes.pipe(
            Stream.runForEach(({ status }) => Effect.sync(() => statuses.push(status))),
            Effect.forkScoped
          )
          const paths: Record<SerializationPath, number> = { sync: 0, worker: 0, sliced: 0, fallback: 0 }
          const breakers = new Set<string>()
          let calls = 0

          const round = Effect.fnUntraced(function* (concurrency: number) {
            const one = Effect.gen(function* () {
              const value = valueOfCall(calls++)
              const { path, serialized } = yield* serialize(value)
              assert.strictEqual(serialized, JSON.stringify(value))
              paths[path]++
            })
            yield* Effect.all(Array<typeof one>(8).fill(one), { concurrency, discard: true })
            breakers.add((yield* metrics).breaker)
            return yield* health.state
          })
          const isFiring = (rule: string, { rules }: Effect.Success<ReturnType<typeof round>>) =>
            rules.some(({ name, severity }) => name === rule && severity === "critical")

          for (let i = 0; i < 5; i++) assert.notStrictEqual((yield* round(8)).status, "critical")
          assert.strictEqual(paths.worker, calls)

          // One call at a time, so that one thread's end is one failed call, and hardly ever three in a row: the breaker stays
          // closed. While it is open, calls that it turns away come by the thousand and thin the share of failed ones out.
          drill.killRate = 0.05
          while (!isFiring("WorkerPoolFailureRate", yield* round(1)));

          // All at once: one thread's end fails several calls in a row.
          drill.killRate = 0.3
          while (!isFiring("WorkerPoolBreakerOpen", yield* round(8)));
          assert.isTrue(breakers.has("open"))

          drill.killRate = 0
          for (;;) {
            const { rules } = yield* round(8)
            if (rules.every(({ severity }) => severity !== "critical") && (yield* metrics).breaker === "closed") break
          }
          const last = yield* metrics
          assert.strictEqual(last.breaker, "closed")
          assert.strictEqual(last.failures, 0)
          assert.strictEqual(last.fallbackPath, paths.fallback)
          assert.strictEqual(last.workerPath, paths.worker)
          assert.strictEqual(last.fallbackPath + last.workerPath, calls)
          assert.isAbove(drill.kills, 0)
          assert.isAbove(drill.failedCalls.size, 0)
          assert.strictEqual(last.workerErrors, drill.failedCalls.size + drill.failedWaits)

          const families = yield* exported
          const errors = families.find(({ name }) => name === "effect_serialization_worker_errors")!
          const sum = errors.metrics.reduce((sum, { value }) => sum + Number(value), 0)
          assert.strictEqual(sum, last.workerErrors)
          assert.strictEqual(valueOf(families, "effect_serialization_calls", { path: "fallback" }), paths.fallback)
          assert.include(statuses, "critical")
          // Who listens is told in a turn to come.
          yield* until(() => statuses.at(-1) !== "critical")
        }).pipe(
          Effect.provide(
            Health.layer({ window: "5 seconds", interval: "50 millis" }).pipe(
              Layer.provide(EventLoopMonitor.layer()),
              Layer.provideMerge(SerializationLayer.layerNoPool({ routing: "worker" })),
              Layer.provide(drill.layer)
            )
          ),
          Effect.provide(Logger.layer([]))
        )
      })
    ),
  // Each thread that is killed is waited for.
  180_000
)
