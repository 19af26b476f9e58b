import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { digitsOf } from "../../src/internal/frame/byteDigits.ts"

const native = (bytes: Uint8Array) => JSON.stringify(Array.from(bytes)).slice(1, -1)

describe("the text of bytes", () => {
  it("each byte", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    assert.strictEqual(digitsOf(all), native(all))
    for (const byte of all) assert.strictEqual(digitsOf(Uint8Array.of(byte)), String(byte))
  })

  it("none", () => assert.strictEqual(digitsOf(new Uint8Array(0)), ""))

  it("any, a short one after a long one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => assert.strictEqual(digitsOf(bytes), native(bytes))),
      { numRuns: 300 }
    )
  })
})
