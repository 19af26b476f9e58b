/**
 * The file that the tokens thread loads: it counts and encodes pieces of text.
 *
 * Programs need it by name only when they are bundled. Build it as a file of its own, with the tokenizer in it, and
 * give its place as `workerUrl`:
 *
 * ```sh
 * esbuild node_modules/effect-serialization/dist/tokens/worker.js --bundle --platform=node --format=esm --outfile=dist/tokens-worker.js
 * ```
 *
 * It imports no Effect, and the tokenizer only when a table is asked for.
 *
 * @since 0.1.0
 */
import { countGuarded, encodeGuarded, type GuardedCount, mergeCacheSize, type Tokenizer } from "./internal/guard.ts"
import type { Encoding } from "../internal/options/tokenOptions.ts"

/**
 * The tokenizer could not be loaded. An answer, not an error: the thread is in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Missing {
  readonly missing: { readonly message: string; readonly code: string | undefined }
}

/**
 * What the thread is asked first, to see that it is this file that it has loaded.
 *
 * @category handlers
 * @since 0.1.0
 */
export const ready = (question: string): string => `${question}: tokens`

/**
 * Loads a table.
 *
 * @category handlers
 * @since 0.1.0
 */
export const load = async (encoding: Encoding): Promise<{ readonly missing: undefined } | Missing> => {
  const loaded = await tokenizerOf(encoding)
  return "missing" in loaded ? loaded : { missing: undefined }
}

/**
 * Counts texts, each by itself.
 *
 * @category handlers
 * @since 0.1.0
 */
export const count = async (task: {
  readonly encoding: Encoding
  readonly texts: ReadonlyArray<string>
}): Promise<{ readonly missing: undefined; readonly counts: ReadonlyArray<GuardedCount> } | Missing> => {
  const loaded = await tokenizerOf(task.encoding)
  if ("missing" in loaded) return loaded
  return { missing: undefined, counts: task.texts.map((text) => countGuarded(loaded, text)) }
}

/**
 * Encodes a text.
 *
 * @category handlers
 * @since 0.1.0
 */
export const encode = async (task: {
  readonly encoding: Encoding
  readonly text: string
}): Promise<{ readonly missing: undefined; readonly ids: Uint32Array } | Missing> => {
  const loaded = await tokenizerOf(task.encoding)
  if ("missing" in loaded) return loaded
  return { missing: undefined, ids: encodeGuarded(loaded, task.text) }
}

const loaded = new Map<"o200k_base" | "cl100k_base", Tokenizer>()

const tokenizerOf = async (encoding: Encoding): Promise<Tokenizer | Missing> => {
  // `o200k_harmony` differs in special tokens only, and those are none here: one table for both.
  const table = encoding === "cl100k_base" ? encoding : "o200k_base"
  const known = loaded.get(table)
  if (known !== undefined) return known
  try {
    // Spelled out, so that a bundler finds them.
    const tokenizer: Tokenizer =
      table === "cl100k_base"
        ? await import("gpt-tokenizer/encoding/cl100k_base")
        : await import("gpt-tokenizer/encoding/o200k_base")
    tokenizer.setMergeCacheSize(mergeCacheSize)
    loaded.set(table, tokenizer)
    return tokenizer
  } catch (cause) {
    const { code, message } = cause as { readonly code?: string; readonly message?: string }
    return { missing: { message: String(message ?? cause), code } }
  }
}
