import { assert, describe, it } from "@effect/vitest"
import type { SerializationError } from "effect-serialization"
import { Engine } from "../../src/internal/engine/engine.ts"
import { engineSettings, type EngineSettings } from "../../src/internal/engine/layerOptions.ts"
import { Defect, type Outcome } from "../../src/internal/telemetry/outcome.ts"
import { type Output, bytesOutput, stringOutput } from "../../src/internal/output/output.ts"
import { charge } from "../../src/internal/turns/turnQueue.ts"
import { wholeSize } from "../../src/internal/plan/singleFrame.ts"

const newEngine = () => new Engine(engineSettings({ routing: "sliced" }) as EngineSettings, undefined)

const records = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, name: `name ${id}`, tags: ["a", "é"] }))

interface Ended<A> {
  readonly outcome: Outcome
  readonly result: A
  /** Whether the call had ended when `serialize` returned. */
  readonly isAtOnce: boolean
}

const run = <A>(engine: Engine, value: unknown, output: Output<A>): Promise<Ended<A>> =>
  new Promise((resolve) => {
    let isAtOnce = true
    const job = engine.serialize(value, undefined, output, (outcome, result) =>
      // In a microtask: `serialize` has returned, if it has ended at once.
      queueMicrotask(() => resolve({ outcome, result, isAtOnce }))
    )
    isAtOnce = job === undefined
  })

const reasonOf = ({ error }: Outcome): SerializationError["reason"] => {
  if (error === undefined || error instanceof Defect) return assert.fail("no typed error")
  return error.reason
}

const spendTurn = () => charge(1e6)

describe("a value that fits one frame, when the turn is over", () => {
  it("is done in one piece, in a turn to come", async () => {
    const engine = newEngine()
    const value = records(1000)
    const expected = JSON.stringify(value)
    spendTurn()
    const { isAtOnce, outcome, result } = await run(engine, value, stringOutput)
    assert.deepStrictEqual([isAtOnce, outcome.path, outcome.frames], [false, "sliced", 1])
    assert.strictEqual(result, expected)
    spendTurn()
    const { result: bytes } = await run(engine, value, bytesOutput)
    assert.deepStrictEqual(bytes, new TextEncoder().encode(expected))
    assert.strictEqual(engine.counters.frames.sliced, 2)
  })

  it("is cut after all if it is too large, or if user code has to see to it", async () => {
    for (const value of [
      records(5000),
      [...records(100), { toJSON: () => "shown" }, ...records(100)],
      "x".repeat(200_000)
    ]) {
      const engine = newEngine()
      spendTurn()
      const { isAtOnce, outcome, result } = await run(engine, value, stringOutput)
      assert.isFalse(isAtOnce)
      assert.isTrue(result === JSON.stringify(value))
      if (result.length > wholeSize) assert.isAbove(outcome.frames, 1)
    }
  })

  it("reads it when its turn comes: what is patched until then counts", async () => {
    const engine = newEngine()
    const value = records(100)
    spendTurn()
    const ended = run(engine, value, stringOutput)
    const prototype = Object.prototype as { toJSON?: () => unknown }
    prototype.toJSON = () => 7
    try {
      assert.strictEqual((await ended).result, "7")
    } finally {
      delete prototype.toJSON
    }
  })

  it("fails as it does at once", async () => {
    const cycle: Record<string, unknown> = { text: "x".repeat(2000) }
    cycle["self"] = cycle
    const bad = Object.defineProperty(records(100), 50, {
      enumerable: true,
      get: () => {
        throw new RangeError("no")
      }
    })
    const errors: Array<SerializationError["reason"]["_tag"]> = []
    for (const value of [cycle, bad, [...records(100), 1n]]) {
      spendTurn()
      const { isAtOnce, outcome } = await run(newEngine(), value, stringOutput)
      assert.isFalse(isAtOnce)
      const atOnce = await run(newEngine(), value, stringOutput)
      assert.deepStrictEqual(reasonOf(outcome), reasonOf(atOnce.outcome))
      errors.push(reasonOf(outcome)._tag)
    }
    assert.deepStrictEqual(errors, ["CyclicValue", "UserCodeFailed", "UnsupportedValue"])
  })

  it("is left alone if its caller stops it before", async () => {
    const engine = newEngine()
    spendTurn()
    const value = records(100)
    let reads = 0
    Object.defineProperty(value[0], "id", { enumerable: true, get: () => reads++ })
    const job = engine.serialize([value], undefined, stringOutput, () => assert.fail("called back"))
    job!.cancel()
    await new Promise((resolve) => void setImmediate(() => setImmediate(resolve)))
    assert.deepStrictEqual([reads, engine.counters.interrupted], [0, 1])
  })
})
