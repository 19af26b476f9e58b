/** The tests' own tools: if the oracle or a case is wrong, no parity test says anything. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { describedCase, descriptions, optionsDescriptions } from "./arbitraries.ts"
import { cases } from "./cases.ts"
import type { Description } from "./description.ts"
import { type Answer, difference, differenceOfCalls, expect, oracle, runNatively } from "./oracle.ts"
import { paddings, paddingsFor } from "./padding.ts"
import { parityCase, type ParityCase } from "./parityCase.ts"
import { type Call, showCall } from "./recorder.ts"

/** Takes the native outcome of a second run for an answer of a library that does everything right. */
const perfectAnswer = (testCase: ParityCase, wrapping?: (typeof paddings)[number]) => {
  const { outcome, run } = runNatively(testCase, wrapping)
  const expected = expect(testCase, run, outcome, wrapping)
  const answer: Answer =
    outcome._tag === "Text"
      ? outcome
      : {
          _tag: "Failed",
          error: {
            _tag: "SerializationError",
            reason: {
              _tag: expected._tag === "Error" ? expected.reason : "",
              pointer: expected._tag === "Error" ? expected.pointer : "",
              cause: outcome._tag === "Thrown" ? outcome.thrown : undefined
            }
          }
        }
  return { answer, recorder: run.recorder }
}

const light = cases.filter((testCase) => testCase.isHeavy !== true)

describe("parity table", () => {
  it("names are unique", () => {
    const names = cases.map((testCase) => testCase.name)
    assert.deepStrictEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      []
    )
    assert.isAbove(cases.length, 500)
  })

  light.forEach((testCase, index) => {
    it(testCase.name, () => {
      const { outcome } = runNatively(testCase)
      if (testCase.expected !== undefined) {
        // By hand, and natively as far as that goes.
        if (outcome._tag === "Text") assert.isTrue(outcome.text === testCase.expected(), "text by hand")
        else assert.instanceOf(outcome._tag === "Thrown" ? outcome.thrown : undefined, Object)
        return
      }
      const expected = oracle(testCase)
      assert.strictEqual(
        expected._tag === "Error" && outcome._tag !== "NoText" ? expected.reason : undefined,
        testCase.fails
      )
      const { answer, recorder } = perfectAnswer(testCase)
      assert.isUndefined(difference(expected, answer, recorder, testCase))
      const suitable = paddingsFor(testCase)
      for (const [i, padding] of suitable.entries()) {
        if (padding.isLarge && i !== index % suitable.length) continue
        const native = runNatively(testCase, padding)
        if (native.outcome._tag === "NoText") continue
        const padded = expect(testCase, native.run, native.outcome, padding)
        assert.strictEqual(padded._tag === "Error" ? padded.reason : undefined, testCase.fails, padding.name)
      }
    })
  })
})

describe("padding", () => {
  for (const padding of paddingsFor({})) {
    it(`${padding.name}: the value is where the pointer says, past the threshold or past several frames`, () => {
      const text = JSON.stringify(padding.wrap("here"))
      const found = padding.pointer
        .split("/")
        .slice(1)
        .reduce((value, key) => value[key], JSON.parse(text))
      assert.strictEqual(found, "here")
      assert.isAbove(text.length, padding.isLarge ? 150_000 : 1024)
    })
  }
})

describe("oracle", () => {
  const compare = (testCase: ParityCase, answer: Answer) => {
    const { recorder } = perfectAnswer(testCase)
    return difference(oracle(testCase), answer, recorder, testCase)
  }
  const failed = (reason: object): Answer => ({ _tag: "Failed", error: { _tag: "SerializationError", reason } })
  const text = parityCase("text", () => [1])
  const cyclic = cases.find((testCase) => testCase.name === "cycles: an array in itself")!
  const throwing = parityCase("throws", (recorder) => ({
    toJSON: recorder.toJSON(() => recorder.throw(new Error("mine")))
  }))

  it("tells texts, reasons, pointers and causes apart", () => {
    assert.include(compare(text, { _tag: "Text", text: "[2]" })!, "texts differ at 1")
    assert.include(compare(text, failed({ _tag: "CyclicValue", pointer: "" }))!, "expected a text")
    assert.include(compare(cyclic, { _tag: "Text", text: "[]" })!, "expected CyclicValue")
    assert.include(compare(cyclic, failed({ _tag: "UnsupportedValue", pointer: "/1" }))!, "expected CyclicValue")
    assert.include(compare(cyclic, failed({ _tag: "CyclicValue", pointer: "" }))!, "expected the pointer /1")
    assert.include(compare(cyclic, { _tag: "Failed", error: new Error("untyped") })!, "expected CyclicValue")
    assert.isUndefined(compare(cyclic, failed({ _tag: "CyclicValue", pointer: "/1" })))
    assert.isUndefined(compare({ ...cyclic, vague: true }, failed({ _tag: "CyclicValue", pointer: "" })))
    assert.include(
      compare(throwing, failed({ _tag: "UserCodeFailed", pointer: "", cause: new Error("mine") }))!,
      "very value"
    )
  })

  it("tells calls of user code apart by this, key, value, order and number", () => {
    const log = (make: ParityCase["make"], options?: ParityCase["options"]) =>
      runNatively(parityCase("calls", make, options === undefined ? {} : { options })).run.recorder.calls
    const two = log((recorder) => {
      const toJSON = recorder.toJSON(() => 1)
      return { a: { toJSON }, b: { toJSON } }
    })
    assert.deepStrictEqual(two.map(showCall), ['toJSON on $.a ("a")', 'toJSON on $.b ("b")'])
    assert.isUndefined(differenceOfCalls(two, [...two]))
    const [first, second] = two as [Call, Call]
    for (const other of [
      [],
      [second],
      [second, first],
      [first, second, first],
      [{ ...first, args: ["b"] }, second],
      [{ ...first, args: ["a", undefined] }, second],
      [{ ...first, self: second.self }, second],
      // An object is not a string that looks like its name.
      [{ ...first, self: "$.a" }, second],
      [{ ...first, code: "replacer" as const }, second]
    ]) {
      assert.isString(differenceOfCalls(two, other))
      assert.isString(differenceOfCalls(other, two))
    }
    const replaced = log(
      () => ({ list: [7] }),
      (recorder) => ({ replacer: recorder.replacer((_, value) => value) })
    )
    assert.deepStrictEqual(replaced.map(showCall), [
      'replacer on new 1 [object Object]{} ("", $)',
      'replacer on $ ("list", $.list)',
      'replacer on $.list ("0", 7)'
    ])
  })
})

describe("arbitraries", () => {
  it("generated values are the same each time they are built, and most have a text", () => {
    const outcomes = { text: 0, other: 0 }
    const kinds = new Set<string>()
    const visit = (description: Description): void => {
      kinds.add(description._)
      for (const part of Object.values(description)) {
        if (typeof part === "object" && part !== null && "_" in part) visit(part as Description)
        else if (Array.isArray(part))
          for (const item of part.flat()) if (typeof item === "object" && item !== null) visit(item)
      }
    }
    fc.assert(
      fc.property(
        descriptions,
        optionsDescriptions,
        fc.oneof(
          { weight: 19, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.constantFrom(...paddings) }
        ),
        (description, options, padding) => {
          const testCase = describedCase(description, options)
          const expected = oracle(testCase, padding)
          const { answer, recorder } = perfectAnswer(testCase, padding)
          assert.isUndefined(difference(expected, answer, recorder, testCase))
          outcomes[expected._tag === "Text" ? "text" : "other"]++
          visit(description)
        }
      ),
      // What is counted below is of all kinds only over many values.
      { numRuns: 1000 }
    )
    assert.isAbove(outcomes.text, outcomes.other)
    assert.isAbove(outcomes.other, 0)
    assert.strictEqual(kinds.size, 18)
  })
})
