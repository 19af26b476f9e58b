/** How far a call goes ahead of what it waits for: some frames, however large the value is. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { Serialization } from "../../src/Serialization.ts"
import { atRest, makeHandPool } from "../support/handPool.ts"
import { records, unsendable } from "../support/values.ts"

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

const calls: {
  readonly [output: string]: (service: Serialization["Service"], value: unknown) => Effect.Effect<string, unknown>
} = {
  string: (service, value) => Effect.map(service.serialize(value), ({ serialized }) => serialized),
  bytes: (service, value) => Effect.map(service.serializeToBytes(value), ({ bytes }) => Buffer.from(bytes).toString()),
  stream: (service, value) =>
    Effect.map(Stream.runCollect(service.stream(value)), (chunks) => Buffer.concat(chunks).toString())
}

describe("frames ahead of a worker's answer", () => {
  for (const [output, call] of Object.entries(calls)) {
    it.live(`${output}: are as many for a large value as for a small one, and no more later on`, () =>
      Effect.gen(function* () {
        const ahead: Array<number> = []
        for (const value of [records(30_000), records(120_000)]) {
          const { layer, sent, unanswered } = yield* makeHandPool()
          yield* Effect.gen(function* () {
            const service = yield* Serialization
            const fiber = yield* fork(call(service, value))
            const most = yield* atRest(Effect.sync(sent))
            ahead.push(most)
            // One is let through at a time: another may follow it.
            while (fiber.pollUnsafe() === undefined) {
              unanswered.shift()?.()
              yield* atRest(Effect.sync(sent))
              assert.isAtMost(unanswered.length, most)
            }
            assert.isTrue((yield* Fiber.join(fiber)) === JSON.stringify(value))
            assert.isAbove(sent(), most)
          }).pipe(Effect.provide(layer))
        }
        assert.strictEqual(ahead[0], ahead[1])
        assert.isAbove(ahead[0]!, 1)
      })
    )
  }

  it.live("are counted together, those that are done on the calling thread as well", () =>
    Effect.gen(function* () {
      const ahead: Array<number> = []
      for (const count of [30_000, 120_000]) {
        const value = [records(2000), unsendable(count)]
        const { layer, sent, unanswered } = yield* makeHandPool()
        yield* Effect.gen(function* () {
          const { metrics, serialize } = yield* Serialization
          const fiber = yield* fork(serialize(value))
          const frames = yield* atRest(Effect.map(metrics, ({ slicedFrames }) => sent() + slicedFrames))
          const sliced = frames - sent()
          assert.isAbove(sliced, 0)
          ahead.push(frames)
          while (fiber.pollUnsafe() === undefined) {
            unanswered.shift()?.()
            yield* atRest(Effect.sync(sent))
          }
          assert.isTrue((yield* Fiber.join(fiber)).serialized === JSON.stringify(value))
          assert.isAbove((yield* metrics).slicedFrames, sliced)
        }).pipe(Effect.provide(layer))
      }
      assert.strictEqual(ahead[0], ahead[1])
    })
  )
})
