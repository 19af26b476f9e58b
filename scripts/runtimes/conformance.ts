/**
 * Does the library give on this runtime what `JSON.stringify` gives here: eight shapes, by every routing, as text, bytes and a stream, and
 * its errors? And is a routing that was asked for the one that was taken? Imports the package by its name, so it is to be run after a build.
 */
import { Cause, type Context, Effect, Exit, Layer, Scope, Stream } from "effect"
import {
  preview,
  Serialization,
  SerializationLayer,
  type Routing,
  type SerializationError,
  type SerializationMetrics
} from "effect-serialization"
import { type Checked, Checklist } from "./checklist.ts"

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
  toJSON() {
    return { amount: this.cents / 100 }
  }
}

const times = <A>(length: number, make: (i: number) => A): Array<A> => Array.from({ length }, (_, i) => make(i))

const shapes: Readonly<Record<string, unknown>> = {
  small: { id: 1, name: "é", tags: [true, null, 1.5] },
  records: times(5000, (id) => ({ id, name: `user ${id}`, active: id % 3 === 0, at: new Date(id) })),
  numbers: times(50_000, (i) => i / 3),
  text: '"é\u2028\ud800 '.repeat(60_000),
  texts: times(2000, (i) => `${i} `.repeat(60)),
  wide: Object.fromEntries(times(20_000, (i) => [`key ${i}`, { i }])),
  deep: times(3000, (i) => i).reduce<unknown>((inner, i) => ({ i, inner: [inner] }), null),
  instances: times(5000, (i) => new Money(i))
}

const bad: Readonly<Record<string, readonly [unknown, string]>> = {
  undefined: [undefined, "UnsupportedValue"],
  bigint: [[...times(5000, (id) => ({ id })), 1n], "UnsupportedValue"],
  "a toJSON that throws": [
    [...times(5000, (id) => ({ id })), { toJSON: () => Promise.reject.call(undefined as never, "bad") }],
    "UserCodeFailed"
  ]
}

const cyclic: Record<string, unknown> = { rows: times(5000, (id) => ({ id })) }
cyclic["self"] = cyclic

/** How a value has to be serialized; undefined where the service decides. A small one is stringified at once. */
const pathFor = (shape: string, routing: Routing): string | undefined =>
  shape === "small" ? "sync" : routing === "adaptive" ? undefined : routing

/** By which path the call between two snapshots went. */
const grown = (before: SerializationMetrics, after: SerializationMetrics): string =>
  (["sync", "worker", "sliced", "fallback"] as const)
    .filter((path) => after[`${path}Path`] > before[`${path}Path`])
    .join(" and ")

const reasonOf = (exit: Exit.Exit<unknown, SerializationError>): string =>
  Exit.isSuccess(exit) ? "none" : (exit.cause.reasons.filter(Cause.isFailReason)[0]?.error.reason._tag ?? "a defect")

/** Gives what is not as it should be, and how much was looked at. */
export const conformance = async (
  routings: ReadonlyArray<Routing>,
  layer: Layer.Layer<Serialization> = SerializationLayer.layer({ maxThreads: 2 })
): Promise<Checked> => {
  const list = new Checklist()
  const { check } = list
  const program = Effect.gen(function* () {
    const service = yield* Serialization
    for (const routing of routings) {
      for (const [shape, value] of Object.entries(shapes)) {
        const expected = JSON.stringify(value)
        const path = pathFor(shape, routing)
        const checkPath = (output: string, taken: string): void => {
          // Threads that do not start would not be noticed else: slices give the same text.
          if (path !== undefined) check(`${shape}, ${routing}: ${output} by ${path}, not ${taken}`, taken === path)
        }
        const text = yield* service.serialize(value, { routing })
        check(`${shape}, ${routing}: text`, text.serialized === expected)
        checkPath("text", text.path)
        const { bytes, path: bytesPath } = yield* service.serializeToBytes(value, { routing })
        const utf8 = new TextEncoder().encode(expected)
        check(`${shape}, ${routing}: bytes`, bytes.length === utf8.length && bytes.every((byte, i) => byte === utf8[i]))
        checkPath("bytes", bytesPath)
        const before = yield* service.metrics
        const streamed = yield* Stream.mkString(Stream.decodeText(service.stream(value, { routing, chunkSize: 1000 })))
        check(`${shape}, ${routing}: stream`, streamed === new TextDecoder().decode(utf8))
        checkPath("stream", grown(before, yield* service.metrics))
        const cut = yield* service.serialize(value, { routing, maxSize: 500, truncate: true })
        check(
          `${shape}, ${routing}: truncated`,
          cut.serialized.length <= 500 && JSON.parse(cut.serialized) !== undefined
        )
      }
      for (const [name, [value, reason]] of Object.entries({ ...bad, cycle: [cyclic, "CyclicValue"] as const })) {
        const exit = yield* Effect.exit(service.serializeToBytes(value, { routing }))
        check(`${name}, ${routing}: ${reason}, not ${reasonOf(exit)}`, reasonOf(exit) === reason)
      }
    }
    const { avgLatency, failures: failed, fallbackPath, p99, workerErrors } = yield* service.metrics
    check(
      `no fallbacks, not ${fallbackPath}, and no errors of threads, not ${workerErrors}`,
      fallbackPath + workerErrors === 0
    )
    check("metrics", avgLatency > 0 && p99 > 0 && failed === routings.length * 4)
    check("preview", preview(shapes["records"], { maxSize: 100 }).truncated)
  })
  const scope = Scope.makeUnsafe()
  const context = await Effect.runPromise(Layer.buildWithScope(layer, scope))
  const exit = await Effect.runPromiseExit(Effect.provideContext(program, context as Context.Context<Serialization>))
  await Effect.runPromise(Scope.close(scope, Exit.void))
  if (Exit.isFailure(exit)) list.failures.push(Cause.pretty(exit.cause))
  return list
}
