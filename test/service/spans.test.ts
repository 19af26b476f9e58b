import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream, Tracer } from "effect"
import { Serialization, SerializationLayer } from "effect-serialization"
import { layerHanging, layerInline } from "effect-serialization/testing"
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
