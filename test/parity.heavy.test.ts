/** Values of a hundred megabytes. As text on the sliced route, as bytes and streamed on both. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { cases } from "./support/cases.ts"
import { oracle } from "./support/oracle.ts"
import { check } from "./support/parity.ts"
import { type OutputName, subjects } from "./support/subjects.ts"

const plans: ReadonlyArray<readonly [route: "sliced" | "worker", outputs: ReadonlyArray<OutputName>]> = [
  ["sliced", ["string", "bytes", "stream"]],
  ["worker", ["bytes", "stream"]]
]

for (const [route, outputs] of plans) {
  describe(`parity, ${route}, heavy`, () => {
    const subject = subjects[route]()
    afterAll(() => subject.dispose())
    for (const testCase of cases.filter((testCase) => testCase.isHeavy === true)) {
      it(testCase.name, async () => {
        const expected = oracle(testCase)
        for (const output of outputs) assert.isUndefined(await check(subject, output, testCase, expected), output)
      })
    }
  })
}
