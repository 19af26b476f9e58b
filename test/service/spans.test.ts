import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream, Tracer } from "effect"
import { Serialization, type SerializationError, SerializationLayer } from "effect-serialization"
import { layerHanging, layerInline } from "effect-serialization/testing"
import { layerTokensFixed } from "effect-serialization/tokens/testing"
import { records } from "../support/ops.ts"

const traced = <A, E, R>(use: (spans: ReadonlyArray<Tracer.NativeSpan>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span(options) {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    return Effect.provideService(use(spans), Tracer.Tracer, tracer)
  })

const live = SerializationLayer.layerNoPool({ routing: "worker" }).pipe(Layer.provide(layerInline))

it.effect("a call over the threshold has one span, with what it did, and one below has none", () =>
  traced((spans) =>
    Effect.gen(function* () {
      const { serialize, serializeToBytes, stream } = yield* Serialization
      yield* serialize({ small: true })
      yield* serialize(records(200), { routing: "sync" })
      assert.lengthOf(spans, 0)
      const { serialized } = yield* serialize(records(200), { label: "GET /records" }).pipe(Effect.withSpan("parent"))
      assert.deepStrictEqual(
        spans.map(({ name }) => name),
        ["parent", "Serialization.serialize"]
      )
      const [parent, span] = spans
      assert.strictEqual(span!.traceId, parent!.traceId)
      assert.strictEqual(span!.attributes.get("serialization.path"), "worker")
      assert.strictEqual(span!.attributes.get("serialization.size"), serialized.length)
      assert.strictEqual(span!.attributes.get("serialization.label"), "GET /records")
      assert.isAbove(span!.attributes.get("serialization.frames") as number, 0)
      assert.isAtLeast(span!.attributes.get("serialization.queue_wait_ms") as number, 0)
      assert.strictEqual(span!.status._tag, "Ended")
      yield* serializeToBytes(records(200))
      yield* Stream.runDrain(stream(records(200)))
      assert.deepStrictEqual(
        spans.slice(2).map(({ name }) => name),
        ["Serialization.serializeToBytes", "Serialization.stream"]
      )
    })
  ).pipe(Effect.provide(live))
)

it.effect("a span tells how the call has failed, or that it was interrupted", () =>
  traced((spans) =>
    Effect.gen(function* () {
      const { serialize } = yield* Serialization
      yield* Effect.flip(serialize(records(200), { maxSize: 10, routing: "sliced" }))
      const fiber = yield* Effect.forkChild(serialize(records(200)), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      const exits = spans.map(({ status }) => (status._tag === "Ended" ? status.exit._tag : "not ended"))
      assert.deepStrictEqual(exits, ["Failure", "Failure"])
    })
  ).pipe(Effect.provide(SerializationLayer.layerNoPool({ routing: "worker" }).pipe(Layer.provide(layerHanging))))
)

it.effect("the span of a call whose text is counted ends with the count, and tells its tokens", () =>
  traced((spans) =>
    Effect.gen(function* () {
      const { serialize, serializeToBytes, stream } = yield* Serialization
      const value = records(200)
      const options = { maxTokens: 1_000_000, label: "GET /records" }
      const { serialized, tokens } = yield* serialize(value, options)
      yield* serializeToBytes(value, options)
      yield* Stream.runDrain(stream(value, options))
      assert.strictEqual(tokens, Math.ceil(serialized.length / 4))
      const own = spans.filter(({ name }) => name.startsWith("Serialization."))
      yield* serialize({ small: true }, { maxTokens: 10 })
      assert.strictEqual(spans.at(-1)!.attributes.get("serialization.tokens"), 4)
      assert.deepStrictEqual(
        own.map(({ name }) => name),
        ["Serialization.serialize", "Serialization.serializeToBytes", "Serialization.stream"]
      )
      for (const { attributes, status } of own) {
        assert.strictEqual(attributes.get("serialization.tokens"), tokens)
        assert.strictEqual(attributes.get("serialization.path"), "worker")
        assert.strictEqual(attributes.get("serialization.label"), "GET /records")
        assert.isAbove(attributes.get("serialization.frames") as number, 0)
        assert(status._tag === "Ended")
        assert.strictEqual(status.exit._tag, "Success")
      }
      const counts = spans.filter(({ name }) => name === "Tokens.count").map(({ status }) => status)
      const ends = own.map(({ status }) => status)
      for (const [i, end] of ends.entries()) {
        const count = counts[i]!
        assert(end._tag === "Ended" && count._tag === "Ended")
        assert.isTrue(end.endTime >= count.endTime)
      }
    })
  ).pipe(Effect.provide(live), Effect.provide(layerTokensFixed(4)))
)

it.effect("the span of a call that is over in tokens has failed, and one that is stopped was interrupted", () =>
  traced((spans) =>
    Effect.gen(function* () {
      const { serialize, stream } = yield* Serialization
      yield* Effect.flip(serialize(records(200), { maxTokens: 10 }))
      yield* Effect.flip(Stream.runDrain(stream(records(200), { maxTokens: 10 })))
      yield* Stream.runDrain(Stream.take(stream(records(50_000), { maxTokens: 100_000_000, chunkSize: 100 }), 1))
      yield* Effect.flip(serialize({ small: true }, { maxTokens: 1 }))
      const ends = spans.flatMap(({ name, status }) =>
        name.startsWith("Serialization.") && status._tag === "Ended" ? [status.exit] : []
      )
      const told = ends.map((exit) => {
        if (exit._tag === "Success") return "Success"
        const [reason] = exit.cause.reasons
        return reason?._tag === "Fail" ? (reason.error as SerializationError).reason._tag : reason?._tag
      })
      assert.deepStrictEqual(told, ["SizeLimitExceeded", "SizeLimitExceeded", "Interrupt", "SizeLimitExceeded"])
    })
  ).pipe(Effect.provide(live), Effect.provide(layerTokensFixed(4)))
)
