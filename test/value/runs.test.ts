import { assert, describe, it } from "@effect/vitest"
import { Runs } from "../../src/internal/value/runs.ts"

const joined = (...all: ReadonlyArray<Array<unknown>>) => {
  const runs = new Runs()
  for (const run of all) runs.add(run)
  return runs.whole
}

/** As if somebody had changed what `concat` does. */
const withOtherConcat = <A>(f: () => A): A => {
  Object.defineProperty(Array.prototype, Symbol.isConcatSpreadable, { configurable: true, value: false })
  try {
    return f()
  } finally {
    Reflect.deleteProperty(Array.prototype, Symbol.isConcatSpreadable)
  }
}

describe.each([
  ["native", <A>(f: () => A) => f()],
  ["by hand", withOtherConcat]
] as const)("runs of an array, %s", (_, how) => {
  it("none, one, and several in order", () => {
    assert.deepStrictEqual(
      how(() => joined()),
      []
    )
    const one = [1, 2]
    assert.strictEqual(
      how(() => joined(one)),
      one
    )
    assert.deepStrictEqual(
      how(() => joined([1, 2], [], [3.5], [{ a: [4] }, [5]])),
      [1, 2, 3.5, { a: [4] }, [5]]
    )
  })

  it("more than one call takes", () => {
    const all = Array.from({ length: 20_000 }, (_, i) => [i, -i])
    assert.deepStrictEqual(
      how(() => joined(...all)),
      all.flat()
    )
  })

  it("holes stay holes, at the end too", () => {
    const whole = how(() => joined([1, , 3], new Array(2), [undefined, ,]))
    assert.strictEqual(whole.length, 7)
    assert.deepStrictEqual(Object.keys(whole), ["0", "2", "5"])
  })
})
