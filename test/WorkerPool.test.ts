import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer } from "effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { layer, WorkerPool } from "../src/WorkerPool.ts"
import {
  fault,
  faultyPool,
  fixture,
  frame,
  Gate,
  hold,
  isReady,
  patient,
  ready,
  run,
  stats,
  until,
  untilStats,
  watchWorkers
} from "./fixtures/pool.ts"

describe("a frame", () => {
  it.live("becomes text, or bytes that own their buffer", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run(frame({ a: [1, "ä"] })), { text: '{"a":[1,"ä"]}', bytes: undefined })
      const { bytes, text } = yield* run(frame("ä", "bytes"))
      assert.isUndefined(text)
      assert.deepStrictEqual(bytes, new TextEncoder().encode('"ä"'))
      assert.strictEqual(bytes!.buffer.byteLength, 4)
    }).pipe(Effect.provide(WorkerPool.layer(patient)))
  )

  it.live("is cloned before run returns, if a thread is ready", () =>
    Effect.gen(function* () {
      yield* ready
      const value = { state: "as posted" }
      const fiber = yield* Effect.forkChild(run(frame(value)), { startImmediately: true })
      value.state = "changed since"
      assert.strictEqual((yield* Fiber.join(fiber)).text, '{"state":"as posted"}')
    }).pipe(Effect.provide(layer(patient)))
  )

  it.live("works from a worker file in a folder with spaces", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run(frame(1))).text, "1")
      const path = fileURLToPath(fixture("./with spaces/worker.ts"))
      assert.isTrue(path.includes(" "))
      const text = yield* run(frame(2)).pipe(Effect.provide(WorkerPool.layer({ workerUrl: path, ...patient })))
      assert.strictEqual(text.text, "2")
    }).pipe(Effect.provide(WorkerPool.layer({ workerUrl: fixture("./with spaces/worker.ts"), ...patient })))
  )

  it.live("comes back with its own answer when many are in flight", () =>
    Effect.gen(function* () {
      const values = Array.from({ length: 300 }, (_, i) => i)
      const results = yield* Effect.forEach(values, (i) => run(frame({ i })), { concurrency: 100 })
      assert.deepStrictEqual(
        results.map(({ text }) => text),
        values.map((i) => JSON.stringify({ i }))
      )
      const { completed, failed, inFlight, queued } = yield* stats
      assert.deepStrictEqual(
        { completed, failed, inFlight, queued },
        { completed: 300, failed: {}, inFlight: 0, queued: 0 }
      )
    }).pipe(Effect.provide(WorkerPool.layer(patient)))
  )
})

describe("threads", () => {
  it.live("none starts before the first frame, whatever is asked", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      yield* Effect.gen(function* () {
        assert.isFalse(yield* isReady)
        assert.strictEqual((yield* stats).threads, 0)
        assert.strictEqual(yield* WorkerPool.useSync((pool) => pool.admission!.threads()), 0)
        assert.strictEqual(started.length, 0)
        yield* run(frame(1))
        assert.strictEqual(started.length, 1)
        assert.isTrue(yield* isReady)
        assert.strictEqual(yield* WorkerPool.useSync((pool) => pool.admission!.threads()), 1)
      }).pipe(Effect.provide(WorkerPool.layer({ minThreads: 1, maxThreads: 1, ...patient })))
    })
  )

  it.live("a pool that was never used ends without having started one", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      yield* stats.pipe(Effect.provide(WorkerPool.layer()))
      assert.strictEqual(started.length, 0)
    })
  )

  it.live("more start while frames wait, up to maxThreads", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      const fibers = yield* hold(gate, 20)
      const { queued, threads } = yield* stats
      assert.deepStrictEqual({ queued, threads }, { queued: 20, threads: 1 })
      // Both have begun, and each holds the seven behind the first.
      yield* gate.reached(2)
      yield* untilStats(({ inFlight, queued }) => inFlight === 16 && queued === 4)
      assert.strictEqual((yield* stats).threads, 2)
      assert.strictEqual((yield* stats).utilization, 1)
      assert.isFalse(yield* isReady)
      yield* gate.open
      yield* Effect.forEach(fibers, Fiber.join)
      assert.strictEqual((yield* stats).completed, 20)
      assert.strictEqual((yield* stats).utilization, 0)
    }).pipe(Effect.ensuring(gate.open), Effect.provide(faultyPool({ maxThreads: 2 }).layer))
  })

  it.live("a frame goes to the one that has least to do", () => {
    const gate = new Gate()
    return Effect.gen(function* () {
      yield* ready
      yield* untilStats(({ ready }) => ready === 2)
      const held = yield* Effect.forkChild(run(gate.frame), { startImmediately: true })
      // Behind the gate it would have no answer.
      assert.strictEqual((yield* run(frame("past it"))).text, '"past it"')
      yield* gate.open
      yield* Fiber.join(held)
    }).pipe(Effect.ensuring(gate.open), Effect.provide(faultyPool({ minThreads: 2, maxThreads: 2 }).layer))
  })

  it.live("idle ones end, all but minThreads", () =>
    Effect.gen(function* () {
      const { ended, started } = yield* watchWorkers
      yield* Effect.gen(function* () {
        const gate = new Gate()
        const fibers = yield* Effect.forEach(Array.from({ length: 20 }), () => Effect.forkChild(run(gate.frame)))
        yield* gate.reached(3)
        yield* gate.open
        yield* Effect.forEach(fibers, Fiber.join)
        yield* untilStats(({ threads }) => threads === 1)
        yield* until(() => ended.length === 2)
        assert.strictEqual(started.length, 3)
        assert.strictEqual((yield* run(frame("still there"))).text, '"still there"')
        assert.strictEqual(started.length, 3)
      }).pipe(Effect.provide(faultyPool({ minThreads: 1, maxThreads: 3, idleTimeout: "20 millis" }).layer))
    })
  )

  it.live("the next frame starts one where all have ended", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run(frame(1))).text, "1")
      yield* untilStats(({ threads }) => threads === 0)
      assert.strictEqual((yield* run(frame(2))).text, "2")
    }).pipe(Effect.provide(WorkerPool.layer({ idleTimeout: 0, ...patient })))
  )

  it.live("idle ones let the process end", () =>
    Effect.gen(function* () {
      const program = fileURLToPath(fixture("./idle-program.ts"))
      const { stdout } = yield* Effect.promise(() => promisify(execFile)(process.execPath, [program]))
      assert.strictEqual(stdout, '"hello" 1\n')
    })
  )

  it.live("do not run the program's --import again", () =>
    Effect.gen(function* () {
      const program = fileURLToPath(fixture("./idle-program.ts"))
      const preload = "data:text/javascript,process._rawDebug('preloaded')"
      const { stderr } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, ["--import", preload, program])
      )
      assert.strictEqual(stderr, "preloaded\n")
    })
  )
})

describe("layers", () => {
  it.live("two layers are two pools", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      const [one, two] = yield* Effect.all([
        run(fault("!thread")).pipe(Effect.provide(faultyPool().layer)),
        run(fault("!thread")).pipe(Effect.provide(faultyPool().layer))
      ])
      assert.notStrictEqual(one.text, two.text)
      assert.strictEqual(started.length, 2)
    })
  )

  it.live("one layer shared is one pool", () =>
    Effect.gen(function* () {
      const { started } = yield* watchWorkers
      const ask = () => Layer.effectDiscard(run(fault("!thread")))
      const { layer } = faultyPool({ maxThreads: 1 })
      yield* Effect.scoped(Layer.build(Layer.mergeAll(ask(), ask()).pipe(Layer.provide(layer))))
      assert.strictEqual(started.length, 1)
    })
  )

  it.effect("bad options are a defect when the layer is built", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(stats.pipe(Effect.provide(WorkerPool.layer({ maxThreads: 0 }))))
      assert.isTrue(Exit.hasDies(exit))
      assert.match(String(exit), /maxThreads/)
    })
  )
})
