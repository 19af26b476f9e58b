/** The reference for exactness, and what is tested against it, on the calling thread. */
import * as cl100k from "gpt-tokenizer/encoding/cl100k_base"
import * as o200k from "gpt-tokenizer/encoding/o200k_base"
import { get_encoding } from "tiktoken"
import { countGuarded, encodeGuarded, type GuardedCount, mergeCacheSize } from "../../src/tokens/internal/guard.ts"
import { Pieces } from "../../src/tokens/internal/pieces.ts"

export const tables = ["o200k_base", "cl100k_base"] as const

export type TableName = (typeof tables)[number]

const references = { o200k_base: get_encoding("o200k_base"), cl100k_base: get_encoding("cl100k_base") }

export const tokenizers = { o200k_base: o200k, cl100k_base: cl100k }
for (const tokenizer of Object.values(tokenizers)) tokenizer.setMergeCacheSize(mergeCacheSize)

/** What `tiktoken` gives, special tokens taken as text. */
export const referenceIds = (table: TableName, text: string): Uint32Array =>
  references[table].encode(text.toWellFormed(), [], [])

/** What the tokens thread gives for a text that comes in these chunks. */
export const countChunks = (table: TableName, chunks: ReadonlyArray<string>): GuardedCount => {
  const pieces = new Pieces()
  let tokens = 0
  let exact = true
  const take = () => {
    for (let piece = pieces.next(); piece !== undefined; piece = pieces.next()) {
      const counted = countGuarded(tokenizers[table], piece)
      tokens += counted.tokens
      exact &&= counted.exact
    }
  }
  for (const chunk of chunks) {
    pieces.push(chunk)
    take()
  }
  pieces.end()
  take()
  return { tokens, exact }
}

export const encodeText = (table: TableName, text: string): Uint32Array => encodeGuarded(tokenizers[table], text)
