/** The caller's arrays stay as V8 keeps them: reading them must not make arrays of doubles arrays of boxed numbers. */
import { assert, it } from "@effect/vitest"
import { setFlagsFromString } from "node:v8"
import { isCloneable } from "../../src/internal/routing/cloneable.ts"
import { isSliceable } from "../../src/internal/value/arrayElements.ts"
import { Plan } from "../../src/internal/plan/planner.ts"
import type { PlanOptions } from "../../src/internal/plan/planOptions.ts"

setFlagsFromString("--allow-natives-syntax")
const hasDoubles = new Function("array", "return %HasDoubleElements(array)") as (array: unknown) => boolean

const options: PlanOptions = {
  replacer: null,
  list: null,
  gap: "",
  output: "string",
  exactFirst: 0,
  tracksLevels: false
}

const walk = (value: unknown): void => {
  const plan = new Plan(value, options)
  while (!plan.isDone) assert.isTrue(isCloneable(plan.next(4096).task))
}

const many = <A>(make: (i: number) => A): Array<A> => Array.from({ length: 2000 }, (_, i) => make(i))

it("arrays of doubles keep their form beside arrays of other values", () => {
  const pairs = many((i) => [i + 0.5, i * 0.25])
  const vectors = many((i) => Array.from({ length: 20 }, (_, j) => i + j / 4))
  const others = many((i) => [
    ["a", i],
    [i, "a", i],
    [{ i }, "a"],
    [i, { i }, i, "b", i, i],
    ["a", "b", "c", "d", "e"],
    [1, 2, 3]
  ])
  assert.isTrue([...pairs, ...vectors].every(hasDoubles))
  // Often enough for optimized code, with values that it has been made for.
  for (let round = 0; round < 30; round++) walk({ others, pairs, vectors })
  assert.isTrue([...pairs, ...vectors].every(hasDoubles))
})

it("an array that would be asked for the class of its slice is not sliced", () => {
  class Rows extends Array<unknown> {}
  const own = Object.defineProperty([1], "constructor", { get: () => assert.fail("read") }) as Array<unknown>
  const species = Object.getOwnPropertyDescriptor(Array, Symbol.species)!
  assert.isTrue(isSliceable([1, 2]))
  assert.isFalse(isSliceable(own))
  assert.isFalse(isSliceable(Rows.from([1])))
  assert.isFalse(isSliceable(new Proxy([1], { get: () => assert.fail("read") })))
  try {
    Object.defineProperty(Array, Symbol.species, { value: Rows, configurable: true })
    assert.isFalse(isSliceable([1, 2]))
  } finally {
    Object.defineProperty(Array, Symbol.species, species)
  }
})
