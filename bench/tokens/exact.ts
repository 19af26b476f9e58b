/** Whole texts of every kind, counted through the service, against tiktoken, with both tables. */
import { Effect, ManagedRuntime } from "effect"
import { get_encoding } from "tiktoken"
import { Tokens } from "../../src/tokens/Tokens.ts"
import { realTexts } from "../../test/tokens/texts.ts"
import { megabytes } from "../stats.ts"
import type { Part } from "./part.ts"
import { otherSets } from "./sets.ts"

const encodings = ["o200k_base", "cl100k_base"] as const

/** Texts of sets whose packages are not installed are left out. */
const readable = (read: () => string): string | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

export const exact: Part = {
  title: "Whole texts against tiktoken: how many tokens differ",
  head: ["text", "size", ...encodings.flatMap((encoding) => [`${encoding}, tokens`, "differ", "says it is exact "])],
  rows: async () => {
    const runtime = ManagedRuntime.make(Tokens.layer())
    const tokens = await runtime.runPromise(Effect.map(Tokens, (tokens) => tokens))
    const references = encodings.map((encoding) => get_encoding(encoding))
    const sets = [
      ...realTexts.map(([name, text]) => ({ name: `${name}, whole`, text })),
      ...otherSets.filter(({ kind }) => kind !== "json")
    ]
    const rows: Array<ReadonlyArray<string>> = []
    for (const { name, text: read } of sets) {
      const text = readable(read)
      if (text === undefined || text === "") continue
      const cells: Array<string> = []
      for (const [i, encoding] of encodings.entries()) {
        const counted = await runtime.runPromise(tokens.count(text, { encoding }))
        const expected = references[i]!.encode(text.toWellFormed(), [], []).length
        cells.push(String(expected), String(Math.abs(counted.tokens - expected)), counted.exact ? "yes" : "no")
      }
      rows.push([name, megabytes(Buffer.byteLength(text)), ...cells])
    }
    await runtime.dispose()
    return rows
  }
}
