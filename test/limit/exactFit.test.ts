/** A text that fits exactly is untouched, wherever it is cut into pieces and frames; one unit less, and it is shortened. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import type { Answer } from "../support/oracle.ts"
import { outputs, subjects } from "../support/subjects.ts"
import { sizeOf } from "../support/truncateReference.ts"

const pieceLength = 16_384
const texts = (unit: string): ReadonlyArray<string> =>
  [1, 2, 3, 4, 5].flatMap((pieces) => [-2, -1, 0, 1, 2].map((more) => unit.repeat(pieceLength * pieces + more)))

const around: { readonly [name: string]: (text: string) => unknown } = {
  alone: (text) => text,
  "in an array": (text) => [text],
  "as an entry": (text) => ({ text }),
  "before another": (text) => [[text], 1]
}

const textOf = (answer: Answer): string => {
  if (answer._tag === "Text") return answer.text
  return answer._tag === "Bytes" ? Buffer.from(answer.bytes).toString() : assert.fail(String(answer.error))
}

for (const name of ["sync", "sliced", "worker", "fallback"] as const) {
  describe(name, () => {
    const subject = subjects[name]()
    afterAll(() => subject.dispose())

    for (const [where, wrap] of Object.entries(around)) {
      it(`a long string ${where}`, async () => {
        for (const unit of ["x", "é"]) {
          for (const text of texts(unit)) {
            const value = wrap(text)
            const whole = JSON.stringify(value)
            for (const output of outputs) {
              const size = sizeOf(whole, output === "string" ? "characters" : "bytes")
              const fits = await subject.answer(output, value, { maxSize: size, truncate: true })
              assert.isUndefined(fits.wrong, `${output} ${unit} ${text.length}`)
              assert.isTrue(textOf(fits.answer) === whole)
              const cut = textOf((await subject.answer(output, value, { maxSize: size - 1, truncate: true })).answer)
              assert.isBelow(sizeOf(cut, output === "string" ? "characters" : "bytes"), size)
              JSON.parse(cut)
            }
          }
        }
      })
    }
  })
}
