/** `Tokens` over a table whose thread fails while a test wants it to. Else four characters are a token. */
import { Effect, Layer } from "effect"
import { makeService } from "../../src/tokens/internal/service.ts"
import { TokensStats } from "../../src/tokens/internal/stats.ts"
import type { Table } from "../../src/tokens/internal/table.ts"
import { Tokens } from "../../src/tokens/Tokens.ts"

export interface Failing {
  isFailing: boolean
  /** Texts that were counted, or were to be. */
  readonly texts: Array<string>
}

export const failingTable = (): { readonly failing: Failing; readonly layer: Layer.Layer<Tokens> } => {
  const failing: Failing = { isFailing: true, texts: [] }
  const table: Table = {
    count: (texts) =>
      Effect.sync(() => {
        failing.texts.push(...texts)
        if (failing.isFailing) return undefined
        return texts.map((text) => ({ tokens: Math.ceil(text.length / 4), exact: true }))
      }),
    encode: () => Effect.die("not asked for"),
    load: Effect.void
  }
  const service = makeService({
    defaults: { model: undefined, encoding: undefined, models: [] },
    tables: () => table,
    stats: new TokensStats(),
    threads: Effect.succeed(1)
  })
  return { failing, layer: Layer.succeed(Tokens, service) }
}
