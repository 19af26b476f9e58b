import { describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { afterAll } from "vitest"
import { runs } from "../support/arbitraries.ts"
import { generated } from "../support/tier.ts"
import { shapes, values } from "./arbitraries.ts"
import { tokenizers, WithinTokens } from "./withinTokens.ts"

const limits = fc.integer({ min: 3, max: 700 })

describe.each(tokenizers)("any JSON, shape and limit in tokens, by $name", (tokenizer) => {
  const within = new WithinTokens(tokenizer)
  afterAll(() => within.dispose())

  it("never over, valid, the same twice, truly told, and untouched where it fits", async () => {
    await fc.assert(
      fc.asyncProperty(values, shapes, limits, fc.constantFrom("", "", "  "), (value, how, limit, space) =>
        within.checkText(value, how, limit, space)
      ),
      runs(generated(2_000 * tokenizer.share))
    )
  })

  it("pages show every entry once", async () => {
    await fc.assert(
      fc.asyncProperty(values, limits, fc.boolean(), (value, limit, markers) =>
        within.checkPages(value, limit, markers)
      ),
      runs(generated(500 * tokenizer.share))
    )
  })
})
