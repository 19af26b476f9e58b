import { assert, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Plan } from "../../src/internal/plan.ts"

const numbersOf = (length: number) => Array.from({ length }, (_, i) => ({ id: i }))

it("no frame is of closing brackets alone: each is a trip to a worker", () => {
  const values = fc
    .tuple(fc.nat(2_000), fc.nat(2_000))
    .map(([a, b]) => ({ deep: { deeper: [numbersOf(a)] }, numbers: numbersOf(b) }))
  fc.assert(
    fc.property(values, fc.integer({ min: 500, max: 5_000 }), (value, budget) => {
      const plan = new Plan(value, { replacer: null, list: null, gap: "", exactFirst: 0, tracksLevels: false })
      while (!plan.isDone) assert.isFalse(plan.next(budget).isText)
    })
  )
})
