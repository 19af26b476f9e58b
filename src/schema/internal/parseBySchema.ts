/**
 * The way back: from JSON to values of a schema's type.
 */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type * as Stream from "effect/Stream"
import * as Parse from "../../parse/Parse.ts"
import type { ParseError } from "../../parse/ParseError.ts"
import { makeDecoder, makeElementsDecoder } from "./decoder.ts"

/**
 * Options of {@link parse}: those of parsing, and those of a schema's decode.
 *
 * @category models
 * @since 0.1.0
 */
export interface ParseOptions extends Parse.ParseOptions, SchemaAST.ParseOptions {}

/**
 * Options of {@link parseArray}: those of parsing, and those of a schema's decode.
 *
 * @category models
 * @since 0.1.0
 */
export interface ParseArrayOptions extends Parse.ParseArrayOptions, SchemaAST.ParseOptions {}

/**
 * Makes a function from JSON, as a string, bytes, parts of bytes or a stream of bytes, to a value of the schema's type. The text is parsed
 * in turns of the event loop, and what it says is decoded by the schema's JSON codec in turns, too. It fails with a `ParseError` where the
 * text is no JSON, with the `SchemaError` of the schema's own decode, or with the stream's own error.
 *
 * **Details**
 *
 * The value is the one that `Schema.decodeUnknownEffect(Schema.toCodecJson(schema))` gives of `JSON.parse`'s. `at` decodes one value of a
 * large text. It needs no `Serialization`.
 *
 * **Example** (A body while it arrives)
 *
 * ```ts
 * import { Effect, Schema, Stream } from "effect"
 * import { SchemaTurns } from "effect-serialization/schema"
 *
 * const parseOrder = SchemaTurns.parse(Schema.Struct({ id: Schema.Finite, at: Schema.Date }), { maxBytes: 10_000_000 })
 *
 * const body = Stream.make('{"id": 7, "at":', ' "1970-01-01T00:00:00.000Z"}').pipe(Stream.encodeText)
 * await Effect.runPromise(parseOrder(body)) // => { id: 7, at: new Date(0) }
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = <S extends Schema.Constraint>(
  schema: S,
  options?: ParseOptions
): {
  (input: Parse.JsonInput): Effect.Effect<S["Type"], ParseError | Schema.SchemaError, S["DecodingServices"]>
  <E, R>(
    input: Stream.Stream<Uint8Array, E, R>
  ): Effect.Effect<S["Type"], ParseError | Schema.SchemaError | E, R | S["DecodingServices"]>
} => {
  const decode = makeDecoder(schema, options)
  return (input: Parse.JsonInput | Stream.Stream<Uint8Array, any, any>): Effect.Effect<S["Type"], any, any> =>
    Effect.flatMap(Parse.parse(input as Parse.JsonInput, options), decode)
}

/**
 * Makes a function from the JSON of an array to a stream of its elements, each decoded by the item's JSON codec, none kept. A chunk of
 * elements is decoded, and what was parsed for it is dropped, before the next one is parsed.
 *
 * **Details**
 *
 * Inputs and errors are those of {@link parse}; `at` says where the array is. What is wrong with an element is told with its place in the
 * whole array, and comes behind the elements that stand before it.
 *
 * **Gotchas**
 *
 * A failure may come after elements. Elements that stand before one that fails may be decoded twice.
 *
 * **Example** (Rows of an envelope)
 *
 * ```ts
 * import { Effect, Schema, Stream } from "effect"
 * import { SchemaTurns } from "effect-serialization/schema"
 *
 * const rowsOf = SchemaTurns.parseArray(Schema.Struct({ id: Schema.BigInt }), { at: "/rows" })
 *
 * const text = '{"total": 2, "rows": [{"id": "1"}, {"id": "2"}]}'
 * await Effect.runPromise(Stream.runCollect(rowsOf(text))) // => [{ id: 1n }, { id: 2n }]
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const parseArray = <S extends Schema.Constraint>(
  item: S,
  options?: ParseArrayOptions
): {
  (input: Parse.JsonInput): Stream.Stream<S["Type"], ParseError | Schema.SchemaError, S["DecodingServices"]>
  <E, R>(
    input: Stream.Stream<Uint8Array, E, R>
  ): Stream.Stream<S["Type"], ParseError | Schema.SchemaError | E, R | S["DecodingServices"]>
} => {
  const decode = makeElementsDecoder(item, options)
  return (input: Parse.JsonInput | Stream.Stream<Uint8Array, any, any>): Stream.Stream<S["Type"], any, any> =>
    decode(Parse.parseArray(input as Parse.JsonInput, options))
}
