import { assert, describe, it } from "@effect/vitest"
import { estimate, hiddenSize } from "../../src/internal/walk/estimateSize.ts"
import { Visit, visitDepth } from "../../src/internal/walk/fastVisit.ts"
import { UserCodeSearch } from "../../src/internal/walk/findUserCode.ts"
import { hasUserToJSON, isDateToJSON } from "../../src/internal/walk/harmlessToJSON.ts"
import { diagnose } from "../../src/internal/errors/diagnoseError.ts"

let calls = 0
const spy = () => {
  calls++
  return "1970-01-01T00:00:00.000Z"
}
const spyNumber = () => {
  calls++
  return 0
}

class Subclass extends Date {}
class Renamed extends Date {
  override toISOString() {
    return spy()
  }
}
class Hidden extends Date {}
Object.defineProperty(Hidden.prototype, "toISOString", { get: () => (calls++, Date.prototype.toISOString) })

const own = (object: object, key: PropertyKey, value: unknown) =>
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true })

const harmless: Record<string, () => object> = {
  "a date": () => new Date(0),
  "an invalid date": () => new Date(NaN),
  "a date of a class without methods": () => new Subclass(0),
  "a date with a property": () => own(new Date(0), "note", "x"),
  "a buffer": () => Buffer.from("abc"),
  "an empty buffer": () => Buffer.alloc(0),
  "a buffer with another length": () => own(Buffer.from("abc"), "length", 1),
  "a buffer with a property": () => own(Buffer.from("abc"), "note", 1),
  "a toJSON that is no function": () => ({ toJSON: 1 }),
  "no toJSON": () => ({ a: 1 })
}

const others: Record<string, () => object> = {
  "a date with a toJSON": () => own(new Date(0), "toJSON", spy),
  "a date with a toISOString": () => own(new Date(0), "toISOString", spy),
  "a date with a valueOf": () => own(new Date(0), "valueOf", spyNumber),
  "a date with a conversion": () => own(new Date(0), Symbol.toPrimitive, spyNumber),
  "a date of a class with a toISOString": () => new Renamed(0),
  "a date of a class with a getter": () => new Hidden(0),
  "a buffer with a toJSON": () => own(Buffer.from("abc"), "toJSON", spy),
  "a toJSON of its own": () => ({ toJSON: spy }),
  "a getter": () => Object.defineProperty({}, "toJSON", { get: () => (calls++, undefined) }),
  "a function with a toJSON": () => own(() => {}, "toJSON", spy),
  "Date's toJSON on a plain object": () => own({ toISOString: spy }, "toJSON", Date.prototype.toJSON)
}

const runsUserCode = (value: object): boolean => {
  calls = 0
  JSON.stringify(value)
  return calls > 0
}

const isFound = (value: object): boolean => {
  const search = new UserCodeSearch([value], undefined)
  while (search.step());
  return search.hasUserCode
}

// Is the value suspected, of a RangeError that says nothing of where it came from?
const isSuspected = (value: object): boolean =>
  diagnose([value], new RangeError("Invalid string length"), null, false).reason._tag === "UserCodeFailed"

const isPassedByVisit = (value: object): boolean => new Visit(null).child(value, visitDepth, 1e6) >= 0

describe("whether a toJSON is harmless", () => {
  for (const [name, make] of Object.entries(harmless)) {
    it(`${name}: yes, for all who ask`, () => {
      const value = make()
      assert.isFalse(runsUserCode(value))
      assert.isFalse(hasUserToJSON(value))
      assert.isFalse(isFound(value))
      assert.isFalse(isSuspected(value))
      assert.isBelow(estimate([value], 1024), hiddenSize)
      if (value instanceof Date) assert.isTrue(isPassedByVisit(value))
    })
  }

  for (const [name, make] of Object.entries(others)) {
    it(`${name}: no, and nothing of it runs`, () => {
      assert.isTrue(runsUserCode(make()))
      const value = make()
      calls = 0
      assert.isTrue(hasUserToJSON(value))
      assert.isTrue(isFound(value))
      assert.isTrue(isSuspected(value))
      assert.strictEqual(estimate([value], 1024), hiddenSize)
      assert.strictEqual(calls, 0)
      // The visit reads as native code does, getters included: what it must not pass is a method of the caller.
      if (!name.includes("getter")) assert.isFalse(typeof value === "object" && isPassedByVisit(value))
    })
  }

  for (const [name, prototype, key, make] of [
    ["Date's toJSON", Date.prototype, "toJSON", () => new Date(0)],
    ["Date's toISOString", Date.prototype, "toISOString", () => new Date(0)],
    ["Date's valueOf", Date.prototype, "valueOf", () => new Date(0)],
    ["Date's conversion", Date.prototype, Symbol.toPrimitive, () => new Date(0)],
    ["Buffer's toJSON", Buffer.prototype, "toJSON", () => Buffer.from("a")]
  ] as const) {
    it(`no longer, when somebody has patched ${name}`, () => {
      const before = Object.getOwnPropertyDescriptor(prototype, key)
      const value = make()
      Object.defineProperty(prototype, key, { value: spyNumber, configurable: true, writable: true })
      try {
        assert.isTrue(hasUserToJSON(value))
        assert.isTrue(isFound(value))
        assert.isTrue(isSuspected(value))
        assert.isFalse(isPassedByVisit(value))
        assert.strictEqual(estimate([value], 1024), hiddenSize)
      } finally {
        Object.defineProperty(prototype, key, before!)
      }
      assert.isFalse(hasUserToJSON(value))
    })
  }

  it("a bigint has the toJSON that somebody gave to all of them", () => {
    assert.isFalse(hasUserToJSON(1n))
    own(BigInt.prototype, "toJSON", spy)
    try {
      assert.isTrue(hasUserToJSON(1n))
    } finally {
      delete (BigInt.prototype as { toJSON?: unknown }).toJSON
    }
  })

  it("what only inherits from Date has none", () => {
    const impostor = Object.create(Date.prototype) as object
    assert.isFalse(isDateToJSON((impostor as Date).toJSON, impostor))
    assert.isTrue(hasUserToJSON(impostor))
  })
})
