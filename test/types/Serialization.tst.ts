import { Config, Effect, Layer, type Scope, type Stream } from "effect"
import {
  type CallOptions,
  type LayerOptions,
  makeSerializer,
  Serialization,
  type SerializationError,
  SerializationLayer,
  SerializationLive,
  type SerializationMetrics,
  type SerializationPath,
  type SerializationResult,
  type SerializedBytes,
  type SerializeOptions,
  type Serializer,
  serializeAsync,
  serializeToBytesAsync,
  serializeToReadableStream,
  shutdownSerializationPool,
  type StreamOptions,
  type WorkerPool,
  type WorkerPoolError
} from "effect-serialization"
import * as PublicLayer from "effect-serialization/Layer"
import type { SerializationErrorReason, UserCodeFailed } from "effect-serialization/SerializationError"
import { layerFailing, layerHanging, layerInline, layerRecording, RecordedTasks } from "effect-serialization/testing"
import {
  type FrameResult,
  type FrameTask,
  WorkerPool as Pool,
  type WorkerPoolErrorReason,
  type WorkerPoolOptions
} from "effect-serialization/WorkerPool"
import { describe, expect, test } from "tstyche"

declare const service: Serialization["Service"]
declare const options: LayerOptions

describe("the service", () => {
  test("fails with one error", () => {
    expect(service.serialize(1)).type.toBe<Effect.Effect<SerializationResult, SerializationError>>()
    expect(service.serializeToBytes(1)).type.toBe<Effect.Effect<SerializedBytes, SerializationError>>()
    expect(service.stream(1)).type.toBe<Stream.Stream<Uint8Array, SerializationError>>()
    expect(service.metrics).type.toBe<Effect.Effect<SerializationMetrics>>()
  })

  test("is required where it is used", () => {
    expect(Serialization.use((json) => json.serialize(1))).type.toBe<
      Effect.Effect<SerializationResult, SerializationError, Serialization>
    >()
  })

  test("takes any value", () => {
    expect(service.serialize).type.toBeCallableWith(undefined)
    expect(service.serialize).type.toBeCallableWith(1n, undefined)
    expect(service.serialize).type.toBeCallableWith(() => 1, {})
    expect(service.serialize).type.not.toBeCallableWith()
  })

  test("gives text, bytes, and how it went", () => {
    expect<Pick<SerializationResult, "serialized" | "truncated" | "path">>().type.toBe<{
      readonly serialized: string
      readonly truncated: boolean
      readonly path: SerializationPath
    }>()
    expect<SerializationResult["tokens"]>().type.toBe<number | undefined>()
    expect<SerializationResult["tokensExact"]>().type.toBe<boolean | undefined>()
    expect<SerializedBytes["bytes"]>().type.toBe<Uint8Array<ArrayBuffer>>()
    expect<SerializationPath>().type.toBe<"sync" | "worker" | "sliced" | "fallback">()
  })
})

describe("options", () => {
  test("may be undefined, each of them", () => {
    expect<{
      pretty: undefined
      space: undefined
      replacer: undefined
      maxSize: undefined
      truncate: undefined
      routing: undefined
    }>().type.toBeAssignableTo<SerializeOptions>()
    expect<{ chunkSize: undefined; onEnd: undefined }>().type.toBeAssignableTo<StreamOptions>()
    expect<{ signal: undefined; maxSize: undefined }>().type.toBeAssignableTo<CallOptions>()
    expect<{
      name: undefined
      syncThreshold: undefined
      routing: undefined
      fallback: undefined
      turnBudget: undefined
      maxThreads: undefined
      minThreads: undefined
      idleTimeout: undefined
      maxQueue: undefined
      taskTimeout: undefined
      shutdownTimeout: undefined
      resourceLimits: undefined
      workerUrl: undefined
    }>().type.toBeAssignableTo<LayerOptions>()
  })

  test("are those of JSON.stringify", () => {
    expect<{ replacer: (key: string, value: number) => unknown }>().type.toBeAssignableTo<SerializeOptions>()
    expect<{ replacer: (this: Date, key: string, value: string) => string }>().type.toBeAssignableTo<SerializeOptions>()
    expect<{ replacer: ReadonlyArray<string> }>().type.toBeAssignableTo<SerializeOptions>()
    expect<{ replacer: Array<string | number> }>().type.toBeAssignableTo<SerializeOptions>()
    expect<{ replacer: null }>().type.toBeAssignableTo<SerializeOptions>()
    expect<{ space: string }>().type.toBeAssignableTo<SerializeOptions>()
    expect<{ space: number }>().type.toBeAssignableTo<SerializeOptions>()
  })

  test("of other types are refused", () => {
    expect<{ replacer: string }>().type.not.toBeAssignableTo<SerializeOptions>()
    expect<{ routing: "fast" }>().type.not.toBeAssignableTo<SerializeOptions>()
    expect<{ maxSize: string }>().type.not.toBeAssignableTo<SerializeOptions>()
    expect<{ maxThreads: string }>().type.not.toBeAssignableTo<LayerOptions>()
    expect(service.serialize).type.not.toBeCallableWith(1, { chunkSize: 1 })
    expect(service.stream).type.toBeCallableWith(1, { chunkSize: 1 })
  })

  test("of times are durations", () => {
    expect<{ idleTimeout: "30 seconds"; taskTimeout: number }>().type.toBeAssignableTo<LayerOptions>()
    expect<{ idleTimeout: "soon" }>().type.not.toBeAssignableTo<LayerOptions>()
  })

  test("onEnd is told of the stream", () => {
    type Summary = Parameters<NonNullable<StreamOptions["onEnd"]>>[0]
    expect<Pick<Summary, "truncated" | "path" | "bytes">>().type.toBe<{
      readonly truncated: boolean
      readonly path: SerializationPath
      readonly bytes: number
    }>()
  })
})

describe("layers", () => {
  test("need nothing and cannot fail", () => {
    expect(SerializationLive).type.toBe<Layer.Layer<Serialization>>()
    expect(SerializationLayer.layer()).type.toBe<Layer.Layer<Serialization>>()
    expect(SerializationLayer.layer(options)).type.toBe<Layer.Layer<Serialization>>()
    expect(SerializationLayer.layerSliced(options)).type.toBe<Layer.Layer<Serialization>>()
  })

  test("without a pool need one", () => {
    expect(SerializationLayer.layerNoPool(options)).type.toBe<Layer.Layer<Serialization, never, WorkerPool>>()
  })

  test("from configuration fail with ConfigError", () => {
    expect(SerializationLayer.layerConfig()).type.toBe<Layer.Layer<Serialization, Config.ConfigError>>()
    expect(SerializationLayer.layerConfig).type.toBeCallableWith({ maxThreads: Config.Int("THREADS") })
    expect(SerializationLayer.layerConfig).type.not.toBeCallableWith({ maxThreads: Config.String("THREADS") })
  })

  test("are the same from the module of their own", () => {
    expect(PublicLayer.layer).type.toBe<typeof SerializationLayer.layer>()
  })

  test("of the pool", () => {
    expect(Pool.layer()).type.toBe<Layer.Layer<WorkerPool>>()
    expect(Pool.layer).type.toBeCallableWith({ maxThreads: 2 } satisfies WorkerPoolOptions)
  })

  test("of mocks", () => {
    expect(layerInline).type.toBe<Layer.Layer<WorkerPool>>()
    expect(layerHanging).type.toBe<Layer.Layer<WorkerPool>>()
    expect(layerFailing("WorkerCrashed")).type.toBe<Layer.Layer<WorkerPool>>()
    expect(layerFailing).type.not.toBeCallableWith("Crashed")
    expect(layerRecording).type.toBe<Layer.Layer<WorkerPool | RecordedTasks>>()
    expect(RecordedTasks.use(Effect.succeed)).type.toBe<Effect.Effect<ReadonlyArray<FrameTask>, never, RecordedTasks>>()
    const mock = Layer.mock(Pool, { run: () => Effect.succeed({ text: "1", bytes: undefined }) })
    expect(mock).type.toBe<Layer.Layer<WorkerPool>>()
    expect(Layer.provide(SerializationLayer.layerNoPool(), mock)).type.toBe<Layer.Layer<Serialization>>()
  })

  test("built, need a scope and give the service", () => {
    expect(Layer.build(SerializationLive)).type.toBeAssignableTo<Effect.Effect<unknown, never, Scope.Scope>>()
    expect(
      Effect.provide(
        Serialization.use(({ metrics }) => metrics),
        SerializationLive
      )
    ).type.toBe<Effect.Effect<SerializationMetrics>>()
  })
})

describe("the pool", () => {
  test("fails with its own error", () => {
    expect<Pool["Service"]["run"]>().type.toBe<(task: FrameTask) => Effect.Effect<FrameResult, WorkerPoolError>>()
  })
})

describe("errors", () => {
  const call = service.serialize(1)

  test("a reason that is handled is gone, and the others are left", () => {
    const handled = call.pipe(
      Effect.catchReason("SerializationError", "CyclicValue", (reason) => {
        expect(reason.pointer).type.toBe<string>()
        return Effect.succeed(null)
      })
    )
    expect<Effect.Success<typeof handled>>().type.toBe<SerializationResult | null>()
    expect<Effect.Error<typeof handled>>().type.toBeAssignableTo<SerializationError>()
  })

  test("all reasons have names", () => {
    expect<SerializationErrorReason["_tag"]>().type.toBe<
      | "CyclicValue"
      | "UnsupportedValue"
      | "UserCodeFailed"
      | "SizeLimitExceeded"
      | "OutputTooLong"
      | "NestingTooDeep"
      | "InvalidOptions"
      | "WorkerFailed"
      | "TokensFailed"
    >()
    expect<WorkerPoolErrorReason["_tag"]>().type.toBe<
      | "WorkerStartFailed"
      | "WorkerCrashed"
      | "WorkerOutOfMemory"
      | "NotCloneable"
      | "QueueFull"
      | "TaskTimedOut"
      | "PoolClosed"
    >()
  })

  test("several reasons at once", () => {
    call.pipe(
      Effect.catchReasons("SerializationError", {
        SizeLimitExceeded: ({ maxSize, unit }) => {
          expect(maxSize).type.toBe<number>()
          expect(unit).type.toBe<"characters" | "bytes" | "tokens">()
          return Effect.succeed(1)
        },
        WorkerFailed: ({ cause }) => {
          expect(cause).type.toBe<WorkerPoolError>()
          expect(cause.reason).type.toBe<WorkerPoolErrorReason>()
          return Effect.succeed(2)
        }
      })
    )
    expect(Effect.catchReason).type.not.toBeCallableWith(call, "SerializationError", "NoSuchReason", () => Effect.void)
  })

  test("the tag takes them all", () => {
    expect(Effect.catchTag(call, "SerializationError", () => Effect.succeed(null))).type.toBe<
      Effect.Effect<SerializationResult | null>
    >()
    expect(Effect.unwrapReason(call, "SerializationError")).type.toBe<
      Effect.Effect<SerializationResult, SerializationErrorReason>
    >()
  })

  test("the cause of user code is whatever it threw", () => {
    expect<UserCodeFailed["cause"]>().type.toBe<unknown>()
  })
})

describe("promises", () => {
  test("of the instance of the process", () => {
    expect(serializeAsync(1)).type.toBe<Promise<SerializationResult>>()
    expect(serializeToBytesAsync(1)).type.toBe<Promise<SerializedBytes>>()
    expect(serializeToReadableStream(1)).type.toBe<ReadableStream<Uint8Array>>()
    expect(shutdownSerializationPool()).type.toBe<Promise<void>>()
    expect(serializeAsync).type.toBeCallableWith(1, { signal: new AbortController().signal, pretty: true })
  })

  test("of an instance of one's own", () => {
    const serializer = makeSerializer(options)
    expect(serializer).type.toBe<Serializer>()
    expect(serializer.metrics()).type.toBe<Promise<SerializationMetrics>>()
    expect<Serializer>().type.toBeAssignableTo<AsyncDisposable>()
    expect(makeSerializer).type.toBeCallableWith()
  })
})
