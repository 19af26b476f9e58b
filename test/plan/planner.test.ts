import { assert, it } from "@effect/vitest"
import * as fc from "fast-check"
import { encodeText } from "../../src/internal/frame/encodeFrame.ts"
import { Plan } from "../../src/internal/plan/planner.ts"

const numbersOf = (length: number) => Array.from({ length }, (_, i) => ({ id: i }))

it("no frame is of closing brackets alone: each is a trip to a worker", () => {
  const values = fc
    .tuple(fc.nat(2_000), fc.nat(2_000))
    .map(([a, b]) => ({ deep: { deeper: [numbersOf(a)] }, numbers: numbersOf(b) }))
  fc.assert(
    fc.property(values, fc.integer({ min: 500, max: 5_000 }), (value, budget) => {
      const plan = new Plan(value, {
        replacer: null,
        list: null,
        gap: "",
        output: "string",
        exactFirst: 0,
        tracksLevels: false
      })
      while (!plan.isDone) assert.isFalse(plan.next(budget).isText)
    })
  )
})

const shrink = (memory: ArrayBuffer) => memory.resize(40_000)
const takeAway = (memory: ArrayBuffer) => void structuredClone(memory, { transfer: [memory] })
for (const [what, change] of [
  ["became smaller", shrink],
  ["was taken away", takeAway]
] as const) {
  for (const View of [Float64Array, Buffer]) {
    it(`what memory held before it ${what} is valid text: ${View.name}`, () => {
      const memory = new ArrayBuffer(80_000, { maxByteLength: 80_000 })
      const view = View === Buffer ? Buffer.from(memory) : new Float64Array(memory)
      const plan = new Plan([view, "after"], {
        replacer: null,
        list: null,
        gap: "",
        output: "string",
        exactFirst: 0,
        tracksLevels: false
      })
      let text = ""
      while (!plan.isDone) {
        text += encodeText(plan.next(8_192).task).text
        if (memory.byteLength === 80_000) change(memory)
      }
      assert.isUndefined(plan.failure)
      const [elements, after] = JSON.parse(text) as [object, string]
      assert.strictEqual(after, "after")
      const count = View === Buffer ? (elements as { data: Array<number> }).data.length : Object.keys(elements).length
      assert.isAbove(count, 0)
      assert.isBelow(count, view.constructor === Buffer ? 80_000 : 10_000)
    })
  }
}
