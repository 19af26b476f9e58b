/**
 * The library for programs without Effect: the same calls as promises and web streams.
 *
 * `serializeAsync` and its companions share one instance for the whole process. The first call makes it, and the
 * environment configures it (`SERIALIZATION_MAX_THREADS` and so on, see `SerializationLayer.config`). `makeSerializer`
 * makes an instance with options of its own.
 *
 * **Example** (String and bytes)
 *
 * ```ts
 * import { serializeAsync, serializeToBytesAsync, shutdownSerializationPool } from "effect-serialization"
 *
 * const { serialized } = await serializeAsync({ id: 1 })
 * serialized // => '{"id":1}'
 * const { bytes } = await serializeToBytesAsync(["é"])
 * bytes.length // => 6
 * await shutdownSerializationPool()
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { invalidOptions } from "./internal/errors/serializationErrors.ts"
import { checkSignal } from "./internal/options/validate.ts"
import { PromiseCalls } from "./internal/service/promiseCalls.ts"
import type { TokenCount, TokensCallOptions } from "./internal/options/tokenOptions.ts"
import { engineOf } from "./internal/service/service.ts"
import { accessOf } from "./internal/service/tokensAccess.ts"
import { asksForTokens } from "./internal/service/tokenService.ts"
import { runShutdownHooks } from "./internal/turns/shutdownHooks.ts"
import {
  type LayerOptions,
  Serialization,
  type SerializationMetrics,
  type SerializationResult,
  type SerializedBytes,
  type SerializeOptions,
  type StreamOptions
} from "./Serialization.ts"

/**
 * Options of a call that may be aborted.
 *
 * @category models
 * @since 0.1.0
 */
export interface CallOptions extends SerializeOptions {
  /** Aborts the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Options of a stream that may be aborted.
 *
 * @category models
 * @since 0.1.0
 */
export interface StreamCallOptions extends StreamOptions {
  /** Aborts the stream, which then errors with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * An instance of the library with a pool of its own. Its promises reject with a `SerializationError`, or with the
 * reason of the signal.
 *
 * @category models
 * @since 0.1.0
 */
export interface Serializer extends AsyncDisposable {
  /** Serializes a value to a string. */
  serialize(value: unknown, options?: CallOptions): Promise<SerializationResult>
  /** Serializes a value to UTF-8 bytes. */
  serializeToBytes(value: unknown, options?: CallOptions): Promise<SerializedBytes>
  /** Serializes a value to a stream of UTF-8 bytes, as fast as they are read and no faster. */
  serializeToReadableStream(value: unknown, options?: StreamCallOptions): ReadableStream<Uint8Array>
  /** Counts the tokens of a text, as `maxTokens` does. Rejects with a `TokensError`. */
  countTokens(
    text: string,
    options?: TokensCallOptions & { readonly signal?: AbortSignal | undefined }
  ): Promise<TokenCount>
  /** What this instance has done so far. */
  metrics(): Promise<SerializationMetrics>
  /**
   * Waits for calls in flight, then ends the worker threads. The calling thread does streams in flight and later calls.
   * With `fallback: false` they fail.
   */
  shutdown(): Promise<void>
}

/**
 * Makes an instance of the library. Throws a `SerializationError` with reason `InvalidOptions` if an option is out of
 * range.
 *
 * **Example** (An instance with a pool of two threads)
 *
 * ```ts
 * import { makeSerializer } from "effect-serialization"
 *
 * await using serializer = makeSerializer({ maxThreads: 2 })
 * const { serialized } = await serializer.serialize([1, 2, 3], { pretty: true })
 * serialized.split("\n").length // => 5
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeSerializer = (options?: LayerOptions): Serializer => make(Serialization.layer(options))

const make = <E>(live: Layer.Layer<Serialization, E>): Serializer => {
  const scope = Scope.makeUnsafe()
  const context = Effect.runSync(Layer.buildWithScope(live, scope))
  const service = Context.get(context, Serialization)
  const calls = new PromiseCalls(engineOf(service))

  const shutdown = async () => {
    await calls.settled()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }

  return {
    serialize: (value, options) =>
      refused(options?.signal) ??
      (asksForTokens(options)
        ? calls.run(service.serialize(value, options), options.signal)
        : calls.serialize(value, options, options?.signal)),
    serializeToBytes: (value, options) =>
      refused(options?.signal) ??
      (asksForTokens(options)
        ? calls.run(service.serializeToBytes(value, options), options.signal)
        : calls.serializeToBytes(value, options, options?.signal)),
    countTokens: (text, options) =>
      refused(options?.signal) ?? calls.run(accessOf(service)!.count(text, options), options?.signal),
    serializeToReadableStream: (value, options) =>
      Stream.toReadableStreamWith(abortable(service.stream(value, options), options?.signal), Context.empty()),
    metrics: () => Effect.runPromise(service.metrics),
    shutdown,
    [Symbol.asyncDispose]: shutdown
  }
}

const refused = (signal: AbortSignal | undefined): Promise<never> | undefined => {
  const refusal = refusalOf(signal)
  return refusal === undefined ? undefined : Promise.reject(refusal.reason)
}

// Why a call does not begin: its signal is none, or says so already.
const refusalOf = (signal: AbortSignal | undefined): { readonly reason: unknown } | undefined => {
  const message = checkSignal(signal)
  if (message !== undefined) return { reason: invalidOptions(message) }
  return signal?.aborted === true ? { reason: signal.reason } : undefined
}

const abortable = <A, E>(stream: Stream.Stream<A, E>, signal: AbortSignal | undefined): Stream.Stream<A, unknown> =>
  signal === undefined
    ? stream
    : Stream.suspend(() => {
        // The race begins with the stream: a small value would be done before it is lost.
        const refusal = refusalOf(signal)
        return refusal === undefined ? Stream.interruptWhen(stream, failOnAbort(signal)) : Stream.fail(refusal.reason)
      })

const failOnAbort = (signal: AbortSignal): Effect.Effect<never, unknown> =>
  Effect.callback<never, unknown>((resume) => {
    const fail = () => resume(Effect.fail(signal.reason))
    if (signal.aborted) return fail()
    signal.addEventListener("abort", fail, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", fail))
  })

let shared: Serializer | undefined

// Made at the first call, so that a program that only imports this module reads no environment.
const instance = (): Serializer => (shared ??= make(Serialization.layerConfig()))

// An `async` function would cost a small document a promise and three microtasks more.
const withInstance = <A>(call: (serializer: Serializer) => Promise<A>): Promise<A> => {
  try {
    return call(instance())
  } catch (thrown) {
    return Promise.reject(thrown)
  }
}

/**
 * Serializes a value to a string, with the instance of this process.
 *
 * **Gotchas**
 *
 * The first call reads the environment. It rejects with a `ConfigError` if a value there is not valid for its option.
 *
 * **Example** (A limit, and a signal that ends the call)
 *
 * ```ts
 * import { serializeAsync } from "effect-serialization"
 *
 * const signal = AbortSignal.timeout(5000)
 * const { serialized, truncated } = await serializeAsync(["one", "two"], { maxSize: 10, truncate: true, signal })
 * serialized // => '["one"]'
 * truncated // => true
 * ```
 *
 * @category serialization
 * @since 0.1.0
 */
export const serializeAsync = (value: unknown, options?: CallOptions): Promise<SerializationResult> =>
  withInstance((serializer) => serializer.serialize(value, options))

/**
 * Serializes a value to UTF-8 bytes, with the instance of this process.
 *
 * **Example** (To a file)
 *
 * ```ts
 * import { serializeToBytesAsync } from "effect-serialization"
 * import { writeFile } from "node:fs/promises"
 *
 * const { bytes } = await serializeToBytesAsync({ id: 1 }, { pretty: true })
 * await writeFile("value.json", bytes)
 * bytes.length // => 13
 * ```
 *
 * @category serialization
 * @since 0.1.0
 */
export const serializeToBytesAsync = (value: unknown, options?: CallOptions): Promise<SerializedBytes> =>
  withInstance((serializer) => serializer.serializeToBytes(value, options))

/**
 * Serializes a value to a web stream of UTF-8 bytes, with the instance of this process. `Readable.fromWeb` of
 * `node:stream` turns it into a Node stream.
 *
 * **Details**
 *
 * Little is made ahead of the reader. Cancelling the stream stops the work. Errors come as errors of the stream.
 *
 * **Example** (As the body of a response)
 *
 * ```ts
 * import { serializeToReadableStream } from "effect-serialization"
 *
 * const body = serializeToReadableStream({ id: 1 })
 * const response = new Response(body, { headers: { "content-type": "application/json" } })
 * await response.json() // => { id: 1 }
 * ```
 *
 * @category serialization
 * @since 0.1.0
 */
export const serializeToReadableStream = (value: unknown, options?: StreamCallOptions): ReadableStream<Uint8Array> =>
  instance().serializeToReadableStream(value, options)

/**
 * Waits for calls in flight, then ends the worker threads of this process's instance. Streams in flight go on, on the
 * calling thread. The next call makes a new instance.
 *
 * **Example** (On the way out)
 *
 * ```ts
 * import { shutdownSerializationPool } from "effect-serialization"
 *
 * process.once("SIGTERM", () => void shutdownSerializationPool())
 * ```
 *
 * @category resource management
 * @since 0.1.0
 */
export const shutdownSerializationPool = async (): Promise<void> => {
  const ended = shared
  shared = undefined
  await Promise.all([ended?.shutdown(), runShutdownHooks()])
}
