/**
 * Somebody has put an index into `Array.prototype` that keeps every array from being filled. Effect's streams do not run then, whatever
 * this library does.
 */
import { assert, describe, it } from "@effect/vitest"
import { canFillArrays } from "../../src/internal/value/intrinsics.ts"
import { makeSerializer, type Serializer } from "../../src/Async.ts"
import { Engine } from "../../src/internal/engine/engine.ts"
import { userCodeFailed } from "../../src/internal/errors/serializationErrors.ts"
import { Defect } from "../../src/internal/telemetry/outcome.ts"
import { engineSettings, type EngineSettings } from "../../src/internal/engine/layerOptions.ts"
import { stringOutput } from "../../src/internal/output/output.ts"
import { patchProperty } from "../support/parityCase.ts"

const pad = "p".repeat(200)
const makeValue = (toJSON: () => unknown) => [
  0,
  { pad },
  { pad, t: { toJSON } },
  4,
  ...Array.from({ length: 30 }, () => ({ pad })),
  [[[1]]]
]

const patches: { readonly [name: string]: PropertyDescriptor } = {
  "an accessor without a setter": { get: () => "polluted" },
  "a read-only value": { value: "polluted", writable: false },
  "a setter that loses what is set": { get: () => "polluted", set: () => {} },
  "a setter that throws": {
    get: () => "polluted",
    set: () => {
      throw new Error("set")
    }
  }
}

const textOf = async (serializer: Serializer, output: "string" | "bytes", value: unknown, options: object) => {
  if (output === "string") return (await serializer.serialize(value, options)).serialized
  return Buffer.from((await serializer.serializeToBytes(value, options)).bytes).toString()
}

describe("an index of Array.prototype", () => {
  for (const [name, descriptor] of Object.entries(patches)) {
    for (const output of ["string", "bytes"] as const) {
      it(`${name}: the text, as ${output}`, async () => {
        const serializer = makeSerializer()
        const value = makeValue(() => 1)
        await textOf(serializer, output, value, { routing: "worker" })
        const call = (routing: string) => {
          const undo = patchProperty(Array.prototype, 1, descriptor)
          try {
            assert.isFalse(canFillArrays())
            return [JSON.stringify(value), textOf(serializer, output, value, { routing })] as const
          } finally {
            undo()
          }
        }
        for (const routing of ["sync", "sliced", "worker", "adaptive"]) {
          const [expected, text] = call(routing)
          assert.strictEqual(await text, expected)
        }
        await serializer.shutdown()
      })
    }
  }

  it("that comes while a value is read: a typed error", () => {
    // The first error of a process compiles its schema, which fills arrays.
    assert.strictEqual(userCodeFailed("", 1).reason._tag, "UserCodeFailed")
    let undo = () => {}
    const patch = (index: number) => (undo = patchProperty(Array.prototype, index, { get: () => "polluted" }))
    const values = {
      "in the plan": () => makeValue(() => (patch(1), [[[[{ toJSON: () => ({ a: 1 }) }]]]])),
      "in the frame": () => {
        let reads = 0
        return [{ a: 0 }, Object.defineProperty({}, "g", { enumerable: true, get: () => ++reads === 2 && patch(0) })]
      }
    }
    for (const [when, make] of Object.entries(values)) {
      for (const options of [{ maxSize: 1e6 }, { routing: "sync", maxSize: 1e6 }] as const) {
        const settings = engineSettings({ routing: "sliced", syncThreshold: 0, turnBudget: "1 minute" })
        const reasons: Array<unknown> = []
        const value = make()
        try {
          new Engine(settings as EngineSettings, undefined).serialize(value, options, stringOutput, ({ error }) => {
            Object.defineProperty(reasons, 0, { value: error instanceof Defect ? error : error?.reason._tag })
          })
        } finally {
          undo()
        }
        assert.deepStrictEqual([...reasons], ["UserCodeFailed"], when)
      }
    }
  })

  it("that can be set is none of our business", () => {
    const undo = patchProperty(Array.prototype, 1, { value: "inherited", writable: true })
    try {
      assert.isTrue(canFillArrays())
    } finally {
      undo()
    }
  })
})
