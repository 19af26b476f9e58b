import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, SubscriptionRef } from "effect"
import { Serialization, SerializationLayer } from "effect-serialization"
import { layerInline } from "effect-serialization/testing"
import { pointOf } from "../../src/internal/engine/rollout.ts"
import { records } from "../support/ops.ts"

const value = records(200)
const text = JSON.stringify(value)

const live = (rollout: number | SubscriptionRef.SubscriptionRef<number>) =>
  SerializationLayer.layerNoPool({ rollout, routing: "worker" }).pipe(Layer.provide(layerInline))

/** The keys of these that go off the loop. The text must be the same on both arms. */
const takenOf = (keys: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { serialize } = yield* Serialization
    const taken = new Set<string>()
    for (const rolloutKey of keys) {
      const { path, serialized } = yield* serialize(value, { rolloutKey })
      assert.strictEqual(serialized, text)
      if (path !== "sync") taken.add(rolloutKey)
    }
    return taken
  })

const keys = Array.from({ length: 2_000 }, (_, i) => `user-${i}`)

describe("rollout", () => {
  it("keys fall evenly between 0 and 1", () => {
    const counts = new Array<number>(20).fill(0)
    const many = 100_000
    for (let i = 0; i < many; i++) {
      const point = pointOf(`user-${i}`)
      assert.isTrue(point >= 0 && point < 1)
      counts[Math.floor(point * 20)]!++
    }
    // Chi-squared with 19 degrees of freedom: 43.8 is passed once in a thousand times. The keys are fixed, so it holds or not.
    const expected = many / 20
    const deviation = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    assert.isBelow(deviation, 43.8)
  })

  it.effect("a share of the keys goes off the loop, always the same ones", () =>
    Effect.gen(function* () {
      const taken = yield* takenOf(keys)
      // Four standard deviations.
      assert.closeTo(taken.size, 200, 4 * Math.sqrt(2_000 * 0.1 * 0.9))
      assert.deepStrictEqual(yield* takenOf(keys), taken)
      const { arms } = yield* Serialization.use(({ metrics }) => metrics)
      assert.strictEqual(arms.offloop.calls, taken.size * 2)
      assert.strictEqual(arms.control.calls, (keys.length - taken.size) * 2)
      assert.isAbove(arms.control.longestHold, 0)
    }).pipe(Effect.provide(live(0.1)))
  )

  it.effect("changes while the program runs, and who was in stays in", () =>
    Effect.gen(function* () {
      const share = yield* SubscriptionRef.make(0.1)
      yield* Effect.gen(function* () {
        const few = yield* takenOf(keys)
        yield* SubscriptionRef.set(share, 0.5)
        const half = yield* takenOf(keys)
        assert.closeTo(half.size, 1_000, 4 * Math.sqrt(2_000 * 0.25))
        assert.isTrue(few.isSubsetOf(half))
        yield* SubscriptionRef.set(share, 1)
        assert.strictEqual((yield* takenOf(keys)).size, keys.length)
        yield* SubscriptionRef.set(share, 0.1)
        assert.deepStrictEqual(yield* takenOf(keys), few)
        yield* SubscriptionRef.set(share, Number.NaN)
        assert.strictEqual((yield* takenOf(keys)).size, 0)
      }).pipe(Effect.provide(live(share)))
    })
  )

  it.effect("without a key chance decides", () =>
    Effect.gen(function* () {
      const { metrics, serialize } = yield* Serialization
      for (let i = 0; i < 4_000; i++) yield* serialize(value)
      const { arms } = yield* metrics
      // Six standard deviations: once in five hundred million runs.
      assert.closeTo(arms.offloop.calls, 1_000, 6 * Math.sqrt(4_000 * 0.25 * 0.75))
    }).pipe(Effect.provide(live(0.25)))
  )

  it.effect("small values, and those that ask for plain JSON.stringify, are in neither arm", () =>
    Effect.gen(function* () {
      const { metrics, serialize } = yield* Serialization
      yield* serialize(1)
      yield* serialize(value, { routing: "sync" })
      const { arms, syncPath } = yield* metrics
      assert.deepStrictEqual([arms.control.calls, arms.offloop.calls, syncPath], [0, 0, 2])
    }).pipe(Effect.provide(live(0.5)))
  )

  it.effect("the control arm keeps limits, replacers and errors", () =>
    Effect.gen(function* () {
      const { serialize } = yield* Serialization
      const replacer = (_key: string, value: unknown) => (typeof value === "number" ? value + 1 : value)
      const replaced = yield* serialize(value, { replacer })
      assert.strictEqual(replaced.serialized, JSON.stringify(value, replacer))
      assert.strictEqual(replaced.path, "sync")
      const short = yield* serialize(value, { maxSize: 100, truncate: true })
      assert.isTrue(short.truncated)
      assert.isAtMost(short.serialized.length, 100)
      const cyclic: Array<unknown> = records(200)
      cyclic.push(cyclic)
      const { reason } = yield* Effect.flip(serialize(cyclic))
      assert.strictEqual(reason._tag, "CyclicValue")
    }).pipe(Effect.provide(live(0)))
  )
})
