/**
 * What a text shows of a value that does not fit: the options of `truncate`, and what is told of what was left out.
 *
 * `truncate: true` keeps the beginning. A shape shows something of everything: long strings keep their ends, long
 * arrays their first elements, and each says how much is missing. So a reader, a language model most of all, sees what
 * the value is like and where to look further.
 *
 * **Example** (Rows that do not fit, and the page behind them)
 *
 * ```ts
 * import { serializeAsync } from "effect-serialization"
 *
 * const value = { total: 3, rows: ["a".repeat(500), "b", "c"] }
 *
 * const page = await serializeAsync(value, { maxSize: 100, truncate: { keep: ["/total"] } })
 * JSON.parse(page.serialized).total // => 3
 * page.omittedCount // => 2
 *
 * const rest = await serializeAsync(value, { maxSize: 100, truncate: { at: "/rows", from: 1 } })
 * rest.serialized // => '["b","c"]'
 * ```
 *
 * @since 0.1.0
 */
export type { NextPage, Omitted, Shape } from "./internal/options/shapeOptions.ts"
