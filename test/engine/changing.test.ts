/**
 * Values that change while they are read, by their own user code, between turns, and between a worker's failure and the frame being
 * done again: the text is JSON, a mix of before and after, or a typed error says which user code it was.
 */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, ManagedRuntime } from "effect"
import * as fc from "fast-check"
import { encodeFrame } from "../../src/internal/frame/encodeFrame.ts"
import type { FrameResult, FrameTask } from "../../src/internal/frame/frame.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import { Serialization, type SerializeOptions } from "../../src/Serialization.ts"
import { isSerializationError } from "../../src/SerializationError.ts"
import { NotCloneable, WorkerPoolError } from "../../src/WorkerPool.ts"
import { patient } from "../fixtures/pool.ts"
import { runs } from "../support/arbitraries.ts"
import { type ChangingRun, changingCases, rows } from "../support/cases/changing.ts"
import { isForeign, World } from "../support/changing.ts"
import { aChange, shapes } from "../support/changingShapes.ts"
import { metrics, serialize } from "../support/calls.ts"
import { type Output, outputs, textOf } from "../support/routes.ts"
import { mockedLayer } from "../support/values.ts"
import { generated, isAll } from "../support/tier.ts"

// Many turns, many frames.
const options: SerializationLayer.LayerOptions = { syncThreshold: 0, turnBudget: "200 micros" }

/** What the pools below do before they answer; set by a test. */
let meanwhile = (): void => {}

// No fault of the pool, so that neither the call nor the circuit breaker turns away from it.
const unanswered = new WorkerPoolError({ reason: new NotCloneable({ cause: "not answered" }) })

/** A thread in small: clones at once, and answers later, if it answers that frame. */
const pool = (answers: (frame: number) => boolean) => {
  let frames = 0
  return (task: FrameTask): Effect.Effect<FrameResult, WorkerPoolError> => {
    let clone: FrameTask
    try {
      clone = structuredClone(task)
    } catch (cause) {
      return Effect.fail(new WorkerPoolError({ reason: new NotCloneable({ cause }) }))
    }
    return Effect.callback<FrameResult, WorkerPoolError>((resume) => {
      setImmediate(() => {
        meanwhile()
        resume(answers(frames++) ? Effect.succeed(encodeFrame(clone)) : Effect.fail(unanswered))
      })
    })
  }
}

const layers = {
  sync: SerializationLayer.layerSliced({ ...options, routing: "sync" }),
  sliced: SerializationLayer.layerSliced(options),
  hidden: SerializationLayer.layerSliced({ ...options, syncThreshold: 1024 }),
  worker: mockedLayer(
    pool(() => true),
    options
  ),
  failing: mockedLayer(
    pool(() => false),
    options
  ),
  mixed: mockedLayer(
    pool((frame) => frame % 3 !== 0),
    options
  )
}
type Route = keyof typeof layers
const routes = Object.keys(layers) as ReadonlyArray<Route>

const silent = Logger.layer([])
const runtimes = Object.fromEntries(
  routes.map((route) => [route, ManagedRuntime.make(Layer.provide(layers[route], silent))])
) as { readonly [route in Route]: ManagedRuntime.ManagedRuntime<Serialization, never> }

/** What is wrong with a call's text or error. */
const wrongWith = async (
  route: Route,
  output: Output,
  run: ChangingRun,
  options: SerializeOptions
): Promise<string | undefined> => {
  let turn = 0
  meanwhile = () => run.during?.(turn++)
  let isOver = false
  const tick = () => {
    if (isOver) return
    meanwhile()
    setImmediate(tick)
  }
  if (run.during !== undefined) setImmediate(tick)
  const exit = await runtimes[route]
    .runPromise(Serialization.use((service) => textOf(service, output, run.value, options)).pipe(Effect.result))
    .catch((defect: unknown) => ({ _tag: "Defect", defect }) as const)
    .finally(() => {
      isOver = true
    })
  World.restore()
  if (exit._tag === "Defect") return `a defect: ${String(exit.defect)}`
  if (exit._tag === "Failure") {
    if (!isSerializationError(exit.failure)) return `not an error of the library: ${String(exit.failure)}`
    const { reason } = exit.failure
    return reason._tag === "UserCodeFailed" && !isForeign(reason.cause)
      ? `an error of ours: ${String(reason.cause)}`
      : undefined
  }
  const { text } = exit.success
  const size = output === "string" ? text.length : Buffer.byteLength(text)
  if (size > (options.maxSize ?? Infinity)) return `over the limit: ${size}`
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `${String(error)}: ...${text.slice(-120)}`
  }
}

afterEach(() => {
  World.restore()
  meanwhile = () => {}
})

const ways = [undefined, 2, "\n"].flatMap((space) =>
  [undefined, 30_000, 1e9].map((maxSize) => ({
    space,
    ...(maxSize === undefined ? undefined : { maxSize, truncate: true })
  }))
)

describe("a value that changes while it is read", () => {
  for (const [name, make] of Object.entries(changingCases)) {
    it(name, async () => {
      let at = 0
      for (const route of routes) {
        for (const output of outputs) {
          for (const given of isAll ? ways : [ways[at++ % ways.length]!]) {
            const wrong = await wrongWith(route, output, make(), given)
            assert.isUndefined(wrong, `${route} ${output} ${JSON.stringify(given)}: ${wrong}`)
          }
        }
      }
    })
  }

  // Thousands of turns, each of them shared with all else that the machine does.
  it("whatever it is, and however it changes", { timeout: 180_000 }, async () => {
    const given = fc.record({
      space: fc.constantFrom(undefined, undefined, 1, "\n"),
      replacer: fc.constantFrom(null, null, null, ["p0", "p1", "k1", "id"], (_: string, value: unknown) => value),
      limit: fc.constantFrom(
        {},
        {},
        { maxSize: 3_000, truncate: true },
        { maxSize: 50_000, truncate: true },
        { maxSize: 9_000 }
      )
    })
    const property = fc.asyncProperty(
      shapes,
      fc.array(aChange, { maxLength: 5 }),
      fc.constantFrom(...routes),
      fc.constantFrom(...outputs),
      given,
      async (shape, changes, route, output, { limit, replacer, space }) => {
        const world = new World(shape)
        const during =
          changes.length === 0 ? undefined : (turn: number) => world.change(changes[turn % changes.length]!)
        assert.isUndefined(await wrongWith(route, output, { value: world.root, during }, { space, replacer, ...limit }))
      }
    )
    await fc.assert(property, runs(generated(1_000)))
    // What native code refuses in a worker is no failure of the worker.
    const { workerErrorsByReason } = await runtimes.worker.runPromise(metrics)
    assert.isUndefined(workerErrorsByReason["WorkerCrashed"])
  })

  for (const [name, breaks] of Object.entries({
    "a bigint": (record: Record<string, unknown>): unknown => (record["id"] = 1n),
    "a cycle": (record: Record<string, unknown>): unknown => (record["id"] = record)
  })) {
    it(`${name} that comes in while a frame is cloned is an error of the value, not of the worker`, async () => {
      const warnings: Array<string> = []
      const logs = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
      const layer = Layer.provide(SerializationLayer.layer({ routing: "worker", maxThreads: 1, ...patient }), logs)
      await Effect.gen(function* () {
        yield* serialize(rows(100))
        const value = rows(500) as Array<Record<string, unknown>>
        let reads = 0
        // Read by the plan, by who looks whether it can be cloned, and by the clone.
        const get = () => (++reads === 3 && breaks(value[400]!), 1)
        Object.defineProperty(value[300], "id", { enumerable: true, get })
        const { reason } = yield* Effect.flip(serialize(value))
        assert.strictEqual(reads, 4)
        assert.include(["UnsupportedValue", "CyclicValue"], reason._tag)
        assert.deepInclude(yield* metrics, { workerErrors: 0, workerErrorsByReason: {}, fallbackPath: 0, failures: 1 })
        assert.deepStrictEqual(warnings, [])
      }).pipe(Effect.provide(layer), Effect.runPromise)
    })
  }
})
