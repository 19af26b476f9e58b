/** Values of a hundred megabytes. As text on the sliced route, as bytes and streamed on both. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { cases } from "../support/cases.ts"
import { type Expected, oracle } from "../support/oracle.ts"
import { check } from "../support/parity.ts"
import { type OutputName, subjects } from "../support/subjects.ts"

const plans: ReadonlyArray<readonly [route: "sliced" | "worker", outputs: ReadonlyArray<OutputName>]> = [
  ["sliced", ["string", "bytes", "stream"]],
  ["worker", ["bytes", "stream"]]
]

for (const testCase of cases.filter((testCase) => testCase.isHeavy === true)) {
  describe(`parity, heavy, ${testCase.name}`, () => {
    // Once for both routes.
    let expected: Expected | undefined
    afterAll(() => void (expected = undefined))
    for (const [route, outputs] of plans) {
      it(route, async () => {
        expected ??= oracle(testCase)
        const subject = subjects[route]()
        try {
          for (const output of outputs) assert.isUndefined(await check(subject, output, testCase, expected), output)
        } finally {
          await subject.dispose()
        }
      })
    }
  })
}
