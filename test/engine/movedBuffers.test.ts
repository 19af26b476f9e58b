/** Buffers that a worker has moved to this thread are given back when their bytes are copied, not left to the garbage collector. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { Serialization, type SerializeOptions } from "../../src/Serialization.ts"
import { type FrameResult, WorkerPool } from "../../src/WorkerPool.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import { patient, turn, untilStats } from "../fixtures/pool.ts"
import { records } from "../support/values.ts"

/** A pool of one thread that keeps what the thread has answered. */
const keepingLayer = (answers: Array<FrameResult>) =>
  SerializationLayer.layerNoPool({ routing: "worker" }).pipe(
    Layer.provideMerge(
      Layer.effect(
        WorkerPool,
        WorkerPool.useSync((pool) =>
          WorkerPool.of({
            ...pool,
            run: (task) => Effect.tap(pool.run(task), (answer) => Effect.sync(() => void answers.push(answer)))
          })
        )
      )
    ),
    Layer.provide(WorkerPool.layer({ maxThreads: 1, ...patient }))
  )

const assertGivenBack = (answers: ReadonlyArray<FrameResult>) => {
  for (const { bytes, isMoved } of answers) {
    assert.isTrue(isMoved)
    assert.isTrue((bytes!.buffer as ArrayBuffer).detached)
  }
}

const value = records(20_000)
const text = JSON.stringify(value)

const calls: {
  readonly [output: string]: (
    service: Serialization["Service"],
    options: SerializeOptions
  ) => Effect.Effect<Buffer, unknown>
} = {
  bytes: (service, options) => Effect.map(service.serializeToBytes(value, options), ({ bytes }) => Buffer.from(bytes)),
  stream: (service, options) =>
    Effect.map(Stream.runCollect(service.stream(value, options)), (chunks) => Buffer.concat(chunks))
}

const limits: { readonly [name: string]: SerializeOptions } = {
  "no limit": {},
  "a limit that it fits": { maxSize: text.length },
  "a limit that cuts it": { maxSize: 200_000, truncate: true }
}

describe("a worker's buffers", () => {
  for (const [output, call] of Object.entries(calls)) {
    for (const [limit, options] of Object.entries(limits)) {
      it.live(`${output}, ${limit}: none is kept`, () => {
        const answers: Array<FrameResult> = []
        return Effect.gen(function* () {
          const result = yield* call(yield* Serialization, options)
          assert.isTrue(options.truncate === true || result.toString() === text)
          assert.isAbove(answers.length, 2)
          assertGivenBack(answers)
        }).pipe(Effect.provide(keepingLayer(answers)))
      })
    }
  }

  it.live("whose call was interrupted meanwhile: none is kept", () => {
    const answers: Array<FrameResult> = []
    return Effect.gen(function* () {
      const { serializeToBytes } = yield* Serialization
      yield* serializeToBytes(value)
      const fiber = yield* Effect.forkChild(serializeToBytes(records(100_000)), { startImmediately: true })
      yield* untilStats(({ inFlight }) => inFlight > 1)
      const before = answers.length
      yield* Fiber.interrupt(fiber)
      yield* untilStats(({ inFlight }) => inFlight === 0)
      yield* turn
      assert.isAbove(answers.length, before)
      assertGivenBack(answers)
    }).pipe(Effect.provide(keepingLayer(answers)))
  })
})
