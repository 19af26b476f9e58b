/**
 * `JSON.parse`'s value, at about `JSON.parse`'s cost, without blocking the event loop: of strings, of bytes, and of
 * streams while they arrive.
 *
 * A text is cut where an element or an entry ends, and native `JSON.parse` does the pieces, a quarter of a millisecond
 * at a time, in the turns of the event loop that `serialize` uses as well. A small input is parsed at once. There is
 * nothing to provide: no layer, no threads.
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
import { parseInput } from "./internal/call.ts"
import type { JsonInput } from "./internal/input.ts"
import type { ParseArrayOptions, ParseOptions } from "./internal/parseOptions.ts"
import { type AsyncJsonInput, iterateElements, parsePromise, type Stoppable } from "./internal/promises.ts"
import { parseElements, parseStream } from "./internal/streamCall.ts"
import type { ParseError } from "./ParseError.ts"

export type { JsonInput } from "./internal/input.ts"
export type { ParseArrayOptions, ParseOptions, Reviver } from "./internal/parseOptions.ts"
export type { AsyncJsonInput } from "./internal/promises.ts"

/**
 * Options of `parseAsync`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ParseAsyncOptions extends ParseOptions, Stoppable {}

/**
 * Options of `parseArrayAsync`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ParseArrayAsyncOptions extends ParseArrayOptions, Stoppable {}

const none: ParseOptions = {}

/**
 * Parses a JSON text without blocking the event loop. The value is `JSON.parse`'s, to the order of its keys; for bytes
 * it is that of the text that `TextDecoder` gives, so a leading byte order mark is dropped. An input of up to 64 KiB is
 * parsed at once, a larger one in turns of a millisecond. A stream is read as far as there is need, and never whole in
 * memory. Fails with a `ParseError`, whose message holds nothing of the text; a stream may fail with its own error.
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
 * **Example** (One value of many)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { parse } from "effect-serialization/parse"
 *
 * const text = '{"meta": {"total": 2}, "items": [{"id": 1}, {"id": 2}]}'
 * await Effect.runPromise(parse(text, { at: "/items/1" })) // => { id: 2 }
 * ```
 *
 * **Gotchas**
 *
 * Bytes must not be changed until the call has ended. With `at`, what is skipped is checked for strings and brackets
 * only.
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

/**
 * Gives the elements of an array one after the other, and keeps none: each as `parse` would give it, of any size, as
 * fast as they are taken. `at` says where the array is, by default the text itself. Of a key that occurs twice the
 * first is taken. What stands behind the array is read and checked before the stream ends, so a failure may come after
 * elements. Fails with a `ParseError`: `NotFound` where there is nothing, `NotAnArray` where there is something else.
 *
 * **Example** (Items of an envelope)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { parseArray } from "effect-serialization/parse"
 *
 * const text = '{"total": 2, "items": [{"id": 1}, {"id": 2}]}'
 * await Effect.runPromise(Stream.runCollect(parseArray(text, { at: "/items" }))) // => [{ id: 1 }, { id: 2 }]
 * ```
 *
 * **Gotchas**
 *
 * Elements of a stream are given when a piece of text is there, 4 KiB and more, or its end: not one by one as they
 * trickle in.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parseArray: {
  (input: JsonInput, options?: ParseArrayOptions): Stream.Stream<unknown, ParseError>
  <E, R>(input: Stream.Stream<Uint8Array, E, R>, options?: ParseArrayOptions): Stream.Stream<unknown, ParseError | E, R>
} = (
  input: JsonInput | Stream.Stream<Uint8Array, any, any>,
  options: ParseArrayOptions = none
): Stream.Stream<unknown, any, never> => parseElements(input as JsonInput, options)

/**
 * Parses a JSON text without blocking the event loop, as a promise. Takes strings, bytes, parts of bytes, web streams
 * and async iterables, so Node's streams, too. Rejects with a `ParseError`, with the very error of a stream, or, when
 * `signal` stops it, with the signal's reason; the stream is cancelled then.
 *
 * **Example** (The body of a response)
 *
 * ```ts
 * import { parseAsync } from "effect-serialization/parse"
 *
 * const response = new Response('{"id": 1}')
 * await parseAsync(response.body!, { maxBytes: 1_000_000, signal: AbortSignal.timeout(5000) }) // => { id: 1 }
 * ```
 *
 * @category promises
 * @since 0.1.0
 */
export const parseAsync = (input: AsyncJsonInput, options: ParseAsyncOptions = none): Promise<unknown> =>
  parsePromise(input, options)

/**
 * Gives the elements of an array as an async iterable: {@link parseArray} for programs without Effect. A loop that is
 * left early stops the reading, and cancels the stream.
 *
 * **Example** (A sum over rows)
 *
 * ```ts
 * import { parseArrayAsync } from "effect-serialization/parse"
 *
 * let sum = 0
 * for await (const row of parseArrayAsync('[{"n": 1}, {"n": 2}]')) sum += (row as { n: number }).n
 * sum // => 3
 * ```
 *
 * @category promises
 * @since 0.1.0
 */
export const parseArrayAsync = (
  input: AsyncJsonInput,
  options: ParseArrayAsyncOptions = none
): AsyncIterable<unknown> => iterateElements(input, options)
