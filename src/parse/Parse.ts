/**
 * `JSON.parse`'s value, at about `JSON.parse`'s cost, without blocking the event loop: of strings, of bytes, and of streams
 * while they arrive.
 *
 * A text is cut where an element or an entry ends, and native `JSON.parse` does the pieces, a quarter of a millisecond at a
 * time, in the turns of the event loop that `serialize` uses as well. A small input is parsed at once. There is nothing to
 * provide: no layer, no threads.
 *
 * **Example** (A body while it arrives)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { parse } from "effect-serialization/parse"
 *
 * const body = Stream.make('{"users": [{"id"', ": 1}]}").pipe(Stream.encodeText)
 *
 * await Effect.runPromise(parse(body)) // => { users: [{ id: 1 }] }
 * ```
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { parseInput, parseStream } from "./internal/call.ts"
import type { JsonInput } from "./internal/input.ts"
import type { ParseOptions } from "./internal/parseOptions.ts"
import type { ParseError } from "./ParseError.ts"

export type { JsonInput } from "./internal/input.ts"
export type { ParseOptions } from "./internal/parseOptions.ts"

const none: ParseOptions = {}

/**
 * Parses a JSON text without blocking the event loop. The value is `JSON.parse`'s, to the order of its keys; for bytes it is
 * that of the text that `TextDecoder` gives, so a leading byte order mark is dropped. An input of up to 64 KiB is parsed at
 * once, a larger one in turns of a millisecond. A stream is read as far as there is need, and never whole in memory. Fails
 * with a `ParseError`, whose message holds nothing of the text; a stream may fail with its own error.
 *
 * **Example** (A string)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { parse } from "effect-serialization/parse"
 *
 * Effect.runSync(parse('{"id": 1}')) // => { id: 1 }
 * ```
 *
 * **Gotchas**
 *
 * Bytes must not be changed until the call has ended.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse: {
  (input: JsonInput, options?: ParseOptions): Effect.Effect<unknown, ParseError>
  <E, R>(input: Stream.Stream<Uint8Array, E, R>, options?: ParseOptions): Effect.Effect<unknown, ParseError | E, R>
} = (
  input: JsonInput | Stream.Stream<Uint8Array, any, any>,
  options: ParseOptions = none
): Effect.Effect<unknown, any, never> =>
  Stream.isStream(input)
    ? parseStream(input as Stream.Stream<Uint8Array, ParseError>, options)
    : parseInput(input as JsonInput, options)
