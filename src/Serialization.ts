/**
 * JSON without holding the event loop, as a service.
 *
 * `Serialization` turns any value into the text that `JSON.stringify` gives for it, byte for byte: as a string, as UTF-8 bytes, or
 * as a stream of bytes. Small values are stringified at once. Large ones are cut into frames, and each frame is stringified
 * on a worker thread or in a slice of time on the calling thread, so that the event loop is never held for long.
 *
 * **Example** (A program that serializes)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Serialization, SerializationLive } from "effect-serialization"
 *
 * const program = Effect.gen(function* () {
 *   const serialization = yield* Serialization
 *   const { serialized } = yield* serialization.serialize({ id: 1, tags: ["a", "b"] })
 *   return serialized
 * })
 *
 * const text = await Effect.runPromise(program.pipe(Effect.provide(SerializationLive)))
 * text // => '{"id":1,"tags":["a","b"]}'
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { SerializationMetrics } from "./internal/telemetry/metricTypes.ts"
import type {
  SerializationResult,
  SerializedBytes,
  SerializeOptions,
  StreamOptions
} from "./internal/options/callOptions.ts"
import type { SerializationError } from "./SerializationError.ts"

export type {
  ArmMetrics,
  LabelMetrics,
  RouteCosts,
  SerializationMetrics,
  ShadowLabelMetrics,
  ShadowMetrics
} from "./internal/telemetry/metricTypes.ts"
export type {
  Routing,
  SerializationPath,
  SerializationResult,
  SerializedBytes,
  SerializeOptions,
  StreamOptions,
  StreamSummary
} from "./internal/options/callOptions.ts"

/**
 * Turns values into JSON without holding the event loop.
 *
 * **Details**
 *
 * The text is that of `JSON.stringify(value, replacer, space)`, and what makes `JSON.stringify` throw fails with a
 * `SerializationError` that says where. `toJSON` and a `replacer` function are called as `JSON.stringify` calls them, with the
 * same `this`, keys and order, and as often.
 *
 * **Gotchas**
 *
 * - A large value is read while other code runs. If it is changed meanwhile, or by its own `toJSON`s and getters, the text may
 *   hold some of the old and some of the new, but is always valid JSON. A bigint or a cycle that comes in fails the call.
 *   `routing: "sync"` reads it in one go.
 * - Own getters and proxies in values above `syncThreshold` may be read two or three times: they must answer the same each time.
 * - For text over some ten megabytes prefer `serializeToBytes` or `stream`: a string is put together by V8 when it is first
 *   read, in one go.
 *
 * **Example** (Bytes, with a limit)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Serialization, SerializationLive } from "effect-serialization"
 *
 * const program = Effect.gen(function* () {
 *   const serialization = yield* Serialization
 *   const { bytes, truncated } = yield* serialization.serializeToBytes(["one", "two", "three"], { maxSize: 16, truncate: true })
 *   return [new TextDecoder().decode(bytes), truncated]
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.provide(SerializationLive))) // => ['["one","two"]', true]
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Serialization extends Context.Service<
  Serialization,
  {
    /** Serializes a value to a string. */
    serialize(value: unknown, options?: SerializeOptions): Effect.Effect<SerializationResult, SerializationError>
    /** Serializes a value to UTF-8 bytes. */
    serializeToBytes(value: unknown, options?: SerializeOptions): Effect.Effect<SerializedBytes, SerializationError>
    /**
     * Serializes a value to a stream of UTF-8 bytes, as fast as they are taken and no faster. An error may come after some of the
     * text; what is wrong with the root itself comes before any.
     */
    stream(value: unknown, options?: StreamOptions): Stream.Stream<Uint8Array, SerializationError>
    /** What this layer has done so far. */
    readonly metrics: Effect.Effect<SerializationMetrics>
  }
>()("effect-serialization/Serialization") {}
