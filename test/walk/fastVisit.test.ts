import { assert, describe, it } from "@effect/vitest"
import { Visit, visitDepth } from "../../src/internal/walk/fastVisit.ts"

const visited = (value: object, room = 1e6) => {
  const visit = new Visit(null)
  const size = visit.child(value, visitDepth, room)
  return { size, visit }
}

const pairs = (count: number) => Array.from({ length: count }, (_, i) => [i, -i])

describe("rows of few numbers", () => {
  it("count as containers, and as text", () => {
    const { size, visit } = visited(pairs(100))
    assert.strictEqual(size, 2 + 100 * 17)
    assert.strictEqual(visit.containers, 101)
    assert.strictEqual(visited([]).size, 2)
    assert.strictEqual(visited([[1]]).size, 2 + 9)
  })

  for (const [name, other] of Object.entries({
    text: "x",
    null: null,
    "an object": { a: 1 },
    "a longer row": [1, 2, 3, 4, 5, 6],
    "a row of text": ["a", "b"],
    "an empty row": [],
    "a hole": undefined
  })) {
    it(`${name} between them is looked at, and what comes after it`, () => {
      const alone = visited([other]).size - 2
      for (const at of [0, 1, 5, 9]) {
        const rows: Array<unknown> = pairs(9)
        rows.splice(at, 0, other)
        assert.strictEqual(visited(rows).size, 2 + 9 * 17 + alone, `at ${at}`)
      }
    })
  }

  it("stop where the frame is full, before the next row", () => {
    for (const [room, index] of [
      [1, 1],
      [18, 1],
      [19, 2],
      [100, 6]
    ] as const) {
      const { size, visit } = visited(pairs(100), room)
      assert.isBelow(size, 0)
      assert.isFalse(visit.isSpecial)
      assert.strictEqual(visit.trail[0]!.index, index)
      assert.strictEqual(visit.passed, 2 + index * 17)
      assert.strictEqual(visit.containers, index + 1)
    }
    assert.strictEqual(visited(pairs(6), 100).size, 2 + 6 * 17)
  })

  it("stop at a row with a toJSON", () => {
    const rows = pairs(9)
    Object.assign(rows[4]!, { toJSON: () => 1 })
    const { visit } = visited(rows)
    assert.isTrue(visit.isSpecial)
    assert.strictEqual(visit.trail[0]!.index, 4)
  })

  it("say at which of them user code threw", () => {
    for (const at of [0, 1, 8]) {
      const rows = pairs(9)
      const get = () => {
        throw new Error("own")
      }
      Object.defineProperty(rows[at], 1, { get })
      const visit = new Visit(null)
      assert.throws(() => visit.child(rows, visitDepth, 1e6), "own")
      assert.deepStrictEqual(visit.thrownAt, [at])
    }
  })
})
