/** Runs the table of cases, or generated ones, against one subject. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { describedCase, descriptions, optionsDescriptions, plainJson } from "./arbitraries.ts"
import { cases } from "./cases.ts"
import { type Answer, difference, type Expected, oracle, startRun } from "./oracle.ts"
import { type Padding, paddings, paddingsFor } from "./padding.ts"
import type { ParityCase } from "./parityCase.ts"
import { type OutputName, outputs, type Subject } from "./subjects.ts"

/** Says what is wrong with one answer of the subject, or undefined. */
export const check = async (
  subject: Subject,
  output: OutputName,
  testCase: ParityCase,
  expected: Expected,
  padding?: Padding
): Promise<string | undefined> => {
  const run = startRun(testCase, padding)
  const restore = testCase.patch?.(run.recorder)
  let result: Awaited<ReturnType<Subject["answer"]>>
  try {
    result = await subject.answer(output, run.value, run.options)
  } finally {
    restore?.()
  }
  const { answer, wrong } = result
  if (subject.isSync && testCase.expected !== undefined && endsWithTheStack(answer)) return undefined
  if (testCase.mutates === true && !subject.isSync) return differenceOfMutated(expected, answer)
  return difference(expected, answer, run.recorder, testCase, subject) ?? wrong
}

// On the synchronous route it is the stack that ends first; below a `toJSON` that may as well be user code's own error.
const endsWithTheStack = (answer: Answer): boolean => {
  if (answer._tag !== "Failed") return false
  const { reason } = answer.error as { reason?: { _tag: string; cause?: unknown } }
  return reason?._tag === "NestingTooDeep" || (reason?._tag === "UserCodeFailed" && reason.cause instanceof RangeError)
}

// A mix of before and after, but JSON.
const differenceOfMutated = (expected: Expected, answer: Answer): string | undefined => {
  if (answer._tag === "Failed") return expected._tag === "Error" ? undefined : `failed: ${String(answer.error)}`
  try {
    JSON.parse(answer._tag === "Text" ? answer.text : new TextDecoder().decode(answer.bytes))
    return undefined
  } catch (error) {
    return String(error)
  }
}

// One that is large, and all that are small, or one of them: each subject has another one for the same case.
const somePaddings = (testCase: ParityCase, turn: number, all: boolean): ReadonlyArray<Padding> => {
  const small = paddingsFor(testCase).filter((padding) => !padding.isLarge)
  const large = paddingsFor(testCase).filter((padding) => padding.isLarge)
  const some = all || small.length === 0 ? small : [small[turn % small.length]!]
  return large.length === 0 ? some : [...some, large[turn % large.length]!]
}

/**
 * Every case alone, and inside padding. The sliced route, which all others share the engine with, in every output and every small
 * padding; the others in one each by turns.
 */
export const testTable = (makeSubject: () => Subject, select: (testCase: ParityCase) => boolean): void => {
  const subject = makeSubject()
  const isFull = subject.name === "sliced"
  afterAll(() => subject.dispose())
  describe(`parity, ${subject.name}`, () => {
    cases.forEach((testCase, index) => {
      if (!select(testCase)) return
      it(testCase.name, async () => {
        const expected = oracle(testCase)
        for (const output of isFull ? outputs : [outputs[(index + subject.shift) % outputs.length]!]) {
          assert.isUndefined(await check(subject, output, testCase, expected), `alone, ${output}`)
        }
        for (const [i, padding] of somePaddings(testCase, index + subject.shift, isFull).entries()) {
          const output = outputs[(index + i) % outputs.length]!
          const wrong = await check(subject, output, testCase, oracle(testCase, padding), padding)
          assert.isUndefined(wrong, `${padding.name}, ${output}`)
        }
      })
    })
  })
}

/** Generated values of every kind, some of them inside padding. */
export const testGenerated = (makeSubject: () => Subject, numRuns: number): void => {
  const subject = makeSubject()
  afterAll(() => subject.dispose())
  const placed = fc.oneof(
    { weight: 30, arbitrary: fc.constant(undefined) },
    { weight: 5, arbitrary: fc.constantFrom(...paddings.filter((padding) => !padding.isLarge)) },
    { weight: 1, arbitrary: fc.constantFrom(...paddings.filter((padding) => padding.isLarge)) }
  )
  const output = fc.constantFrom(...outputs)
  describe(`parity, ${subject.name}, generated`, () => {
    it("plain JSON", async () => {
      const property = fc.asyncProperty(plainJson, optionsDescriptions, output, async (value, options, output) => {
        const testCase: ParityCase = { ...describedCase({ _: "scalar", value: null }, options), make: () => value }
        assert.isUndefined(await check(subject, output, testCase, oracle(testCase)))
      })
      await fc.assert(property, { numRuns })
    })

    it("values of every kind", async () => {
      const property = fc.asyncProperty(
        descriptions,
        optionsDescriptions,
        placed,
        output,
        async (description, options, padding, output) => {
          const testCase = describedCase(description, options)
          assert.isUndefined(await check(subject, output, testCase, oracle(testCase, padding), padding))
        }
      )
      await fc.assert(property, { numRuns })
    })
  })
}
