/** Runs the table of cases, or generated ones, against one subject. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { describedCase, descriptions, optionsDescriptions, plainJson, runs } from "./arbitraries.ts"
import { caseGroups } from "./cases.ts"
import { type Answer, difference, type Expected, oracle, startRun } from "./oracle.ts"
import { type Padding, paddings, paddingsFor } from "./padding.ts"
import type { ParityCase } from "./parityCase.ts"
import { type OutputName, outputs, type Subject, subjects } from "./subjects.ts"
import { generated, isAll } from "./tier.ts"

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

/** What is expected of a case, alone or inside a padding: computed once for all routes, until it is forgotten. */
const makeOracle = (testCase: ParityCase) => {
  const known = new Map<Padding | undefined, Expected>()
  return {
    expected: (padding?: Padding): Expected => {
      let expected = known.get(padding)
      if (expected === undefined) known.set(padding, (expected = oracle(testCase, padding)))
      return expected
    },
    forget: () => known.clear()
  }
}

// All that are small, and one that is large: each route has another one of those for the same case. In the quick tier one route
// by turns has it.
const paddingsOfTurn = (testCase: ParityCase, index: number, shift: number): ReadonlyArray<Padding> => {
  const suitable = paddingsFor(testCase)
  const small = suitable.filter((padding) => !padding.isLarge)
  if (!isAll && index % routeCount !== shift) return small
  const large = suitable.filter((padding) => padding.isLarge)
  return [...small, ...large.slice((index + shift) % large.length).slice(0, 1)]
}

const routeCount = 4

/**
 * Every case of a group on every route: alone in every output, and inside padding in one by turns. In the quick tier a large case is on
 * one route, in one output.
 */
export const testTable = (name: keyof typeof caseGroups): void => {
  const routes = [subjects.sync(), subjects.sliced(), subjects.worker(), subjects.fallback()]
  afterAll(() => Promise.all(routes.map((subject) => subject.dispose())))
  const group = caseGroups[name].filter((testCase) => testCase.isHeavy !== true)
  for (const [index, testCase] of group.entries()) {
    describe(`parity, ${testCase.name}`, () => {
      const { expected, forget } = makeOracle(testCase)
      afterAll(forget)
      const isBrief = !isAll && testCase.isLarge === true
      for (const [shift, subject] of routes.entries()) {
        if (isBrief && index % routeCount !== shift) continue
        it(subject.name, async () => {
          for (const output of isBrief ? [outputs[(index + shift) % outputs.length]!] : outputs) {
            assert.isUndefined(await check(subject, output, testCase, expected()), `alone, ${output}`)
          }
          for (const [i, padding] of paddingsOfTurn(testCase, index, shift).entries()) {
            const output = outputs[(index + i) % outputs.length]!
            const wrong = await check(subject, output, testCase, expected(padding), padding)
            assert.isUndefined(wrong, `${padding.name}, ${output}`)
          }
        })
      }
    })
  }
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
      await fc.assert(property, runs(generated(numRuns)))
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
      await fc.assert(property, runs(generated(numRuns)))
    })
  })
}
