import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import secure from "secure-json-parse"
import { parse } from "../../src/parse/index.ts"
import { difference } from "./support/oracle.ts"
import { bytesOf, run, settings } from "./support/run.ts"
import { generated } from "../support/tier.ts"

const keys = fc.constantFrom("__proto__", "constructor", "prototype", "a", "b", "c", "constructo", "x__proto__")
const escaped = fc.boolean()

/** Texts with such keys, some of them escaped. No key occurs twice: native keeps the last one, and that is another matter. */
const texts: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("1", "null", '"__proto__"', '"constructor"', '"\\u005f"'),
    tie("object"),
    fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`)
  ),
  object: fc
    .uniqueArray(fc.tuple(keys, escaped, tie("value")), { maxLength: 5, selector: ([key]) => key })
    .map((entries) => `{${entries.map(([key, isEscaped, value]) => `${textOf(key, isEscaped)}:${value}`).join(",")}}`)
})).object

const textOf = (key: string, isEscaped: boolean): string =>
  isEscaped ? `"${key.replaceAll(/[_o]/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`)}"` : JSON.stringify(key)

const secureParse = (text: string, action: "error" | "remove") => {
  try {
    return { value: secure.parse(text, { protoAction: action, constructorAction: action }) as unknown }
  } catch (error) {
    return { error }
  }
}

describe("dangerousKeys is what secure-json-parse does", () => {
  for (const action of ["error", "remove"] as const) {
    it(action, () => {
      fc.assert(
        fc.property(texts, fc.constantFrom(...settings), (text, setting) => {
          const expected = secureParse(text, action)
          for (const given of [text, bytesOf(text)]) {
            const outcome = run(given, setting, { dangerousKeys: action })
            if ("error" in expected) {
              assert.isTrue("error" in outcome && outcome.error.reason._tag === "ForbiddenKey", text)
            } else {
              if ("error" in outcome) return assert.fail(`${text}: ${outcome.error.message}`)
              assert.isUndefined(difference(outcome.value, expected.value), text)
            }
          }
        }),
        { numRuns: generated(1500) }
      )
    })
  }

  it.effect("a small input, too", () =>
    Effect.gen(function* () {
      const text = '{"a":[{"__proto__":1,"b":2}],"constructor":{"prototype":{}},"c":{"constructor":1}}'
      assert.deepStrictEqual(yield* parse(text, { dangerousKeys: "remove" }), {
        a: [{ b: 2 }],
        c: { constructor: 1 }
      } as never)
      const error = yield* Effect.flip(parse(text, { dangerousKeys: "error" }))
      assert.strictEqual(error.reason._tag, "ForbiddenKey")
      assert.isUndefined(difference(yield* parse(text), JSON.parse(text)))
    })
  )
})

describe("large values under dangerous keys", () => {
  const long = "x".repeat(500)
  it("are refused before they are read, or left out", () => {
    for (const key of ["__proto__", "constructor"]) {
      const text = `{"a":1,"${key}":{"prototype":"${long}","rest":[${"1,".repeat(300)}2]},"b":2}`
      for (const setting of settings) {
        const removed = run(text, setting, { dangerousKeys: "remove" })
        assert.deepStrictEqual(removed, { value: { a: 1, b: 2 } })
        const refused = run(text, setting, { dangerousKeys: "error" })
        assert.isTrue("error" in refused)
        if ("error" in refused) {
          assert.deepStrictEqual({ ...refused.error.reason }, { _tag: "ForbiddenKey", key, pointer: "" } as never)
        }
      }
    }
  })

  it("the first event in the text decides", () => {
    for (const setting of settings) {
      const tagOf = (text: string) => {
        const outcome = run(text, setting, { dangerousKeys: "error" })
        return "error" in outcome ? outcome.error.reason._tag : undefined
      }
      assert.strictEqual(tagOf('{"a":{"__proto__":1},x}'), "ForbiddenKey")
      assert.strictEqual(tagOf('{"a":{"constructor":{"prototype":1}},x}'), "ForbiddenKey")
      assert.strictEqual(tagOf('{x,"a":{"__proto__":1}}'), "InvalidJson")
      assert.strictEqual(tagOf(`{"a":{"__proto__":{"b":"${long}",x}}}`), "ForbiddenKey")
    }
  })

  it("in a wide map", () => {
    const entries = Array.from({ length: 200 }, (_, i) => `"k${i}":{"n":${i}}`)
    entries.splice(150, 0, '"__proto__":{"n":-1}', '"x":{"constructor":{"prototype":1},"y":1}')
    const text = `{${entries.join(",")}}`
    for (const setting of settings) {
      const expected = secureParse(text, "remove")
      const outcome = run(text, setting, { dangerousKeys: "remove" })
      assert.isTrue(
        "value" in outcome && "value" in expected && difference(outcome.value, expected.value) === undefined
      )
    }
  })
})
