/**
 * Encodes and decodes large values by their schemas without blocking the event loop.
 *
 * In a typed program the schema's encode blocks for longer than `JSON.stringify` does. `serialize`, `serializeToBytes` and `stream` go
 * from a value of a schema's type to its JSON in turns of the event loop: large arrays are encoded, stringified and dropped in small
 * batches. The text is the one that `JSON.stringify` gives for what `Schema.encodeEffect(Schema.toCodecJson(schema))` gives. `inTurns`
 * makes a schema whose own encode and decode go on in turns. `parse` and `parseArray` are the way back, from JSON to values of the type.
 *
 * **Example** (The bytes of many rows)
 *
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { SerializationLive } from "effect-serialization"
 * import { SchemaTurns } from "effect-serialization/schema"
 *
 * const Report = Schema.Struct({ rows: Schema.Array(Schema.Struct({ id: Schema.Number, at: Schema.Date })) })
 * const toBytes = SchemaTurns.serializeToBytes(Report)
 *
 * const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, at: new Date(id) }))
 * const { bytes } = await Effect.runPromise(toBytes({ rows }).pipe(Effect.provide(SerializationLive)))
 * JSON.parse(new TextDecoder().decode(bytes)).rows[7] // => { id: 7, at: "1970-01-01T00:00:00.007Z" }
 * ```
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { SerializationError } from "../SerializationError.ts"
import type {
  Serialization,
  SerializationResult,
  SerializedBytes,
  SerializeOptions,
  StreamOptions
} from "../Serialization.ts"
import { bytesOutput, stringOutput } from "../internal/output/output.ts"
import { makeEncoder } from "./internal/encoder.ts"
import { inTurnsAST } from "./internal/rewrite.ts"
import * as text from "./internal/text.ts"

export { parse, parseArray, type ParseArrayOptions, type ParseOptions } from "./internal/parseBySchema.ts"

/**
 * Makes a function that serializes a value of the schema's type to a string of JSON. It fails with the `SchemaError` of the schema's
 * own encode, or with a `SerializationError`.
 *
 * **Details**
 *
 * Arrays of more than 64 elements (1,024 of plain numbers, strings or booleans) are encoded, stringified and dropped batch by batch, if
 * nothing transforms or checks their encoded form. With `replacer`, `space`, `pretty`, `maxSize`, `maxTokens`, a shape or `routing` the
 * whole value is encoded in turns, and then serialized. So is a value in which something is wrong, a second time, so that the error is
 * the schema's own.
 *
 * **Gotchas**
 *
 * A value must not be changed while it is being serialized. Such an array is encoded after what stands around it, so transformations
 * may run in another order than in `Schema.encodeEffect`. One element's own encode, a check of a whole array and a single
 * transformation are not cut: each blocks for as long as it takes.
 *
 * @category serialization
 * @since 0.1.0
 */
export const serialize = <S extends Schema.Constraint>(
  schema: S,
  options?: SerializeOptions
): ((
  value: S["Type"]
) => Effect.Effect<
  SerializationResult,
  Schema.SchemaError | SerializationError,
  Serialization | S["EncodingServices"]
>) => {
  const encoder = makeEncoder(schema, undefined)
  return (value) =>
    text.gather(
      encoder,
      value,
      options,
      stringOutput,
      (service, encoded) => service.serialize(encoded, options),
      (serialized): SerializationResult => ({ serialized, truncated: false, path: "sliced" })
    )
}

/**
 * Makes a function that serializes a value of the schema's type to UTF-8 bytes of JSON. Otherwise like {@link serialize}.
 *
 * @category serialization
 * @since 0.1.0
 */
export const serializeToBytes = <S extends Schema.Constraint>(
  schema: S,
  options?: SerializeOptions
): ((
  value: S["Type"]
) => Effect.Effect<
  SerializedBytes,
  Schema.SchemaError | SerializationError,
  Serialization | S["EncodingServices"]
>) => {
  const encoder = makeEncoder(schema, undefined)
  return (value) =>
    text.gather(
      encoder,
      value,
      options,
      bytesOutput,
      (service, encoded) => service.serializeToBytes(encoded, options),
      (bytes): SerializedBytes => ({ bytes, truncated: false, path: "sliced" })
    )
}

/**
 * Makes a function that serializes a value of the schema's type to a stream of UTF-8 bytes, as fast as they are read and no faster.
 * Otherwise like {@link serialize}.
 *
 * **Gotchas**
 *
 * A `SchemaError` may come after bytes: an element is encoded when its turn in the text has come.
 *
 * **Example** (As chunks)
 *
 * ```ts
 * import { Effect, Schema, Stream } from "effect"
 * import { SerializationLive } from "effect-serialization"
 * import { SchemaTurns } from "effect-serialization/schema"
 *
 * const stream = SchemaTurns.stream(Schema.Array(Schema.BigInt))
 *
 * const text = Stream.mkString(Stream.decodeText(stream([1n, 2n])))
 * await Effect.runPromise(text.pipe(Effect.provide(SerializationLive))) // => '["1","2"]'
 * ```
 *
 * @category serialization
 * @since 0.1.0
 */
export const stream = <S extends Schema.Constraint>(
  schema: S,
  options?: StreamOptions
): ((
  value: S["Type"]
) => Stream.Stream<Uint8Array, Schema.SchemaError | SerializationError, Serialization | S["EncodingServices"]>) => {
  const encoder = makeEncoder(schema, undefined)
  return (value) => text.stream(encoder, value, options)
}

/**
 * Makes a schema of the same type, encoded form and services, whose arrays and records of more than 64 entries (1,024 of plain numbers,
 * strings or booleans) are decoded and encoded in batches, with turns of the event loop between them. It needs no `Serialization`.
 *
 * **When to use**
 *
 * Where a large value is to be decoded, or encoded without being serialized: `Schema.decodeUnknownEffect(inTurns(schema))`. A payload
 * schema of an `HttpApi` in `inTurns` decodes in turns, and so does a codec derived from such a schema.
 *
 * **Details**
 *
 * Results and issues are those of the schema itself. A schema in `inTurns` twice is the same as once.
 *
 * **Gotchas**
 *
 * What has to be done at once is: `decodeUnknownSync`, `encodeSync` and `Schema.is` block as they do without it.
 * The `fields` and `members` of the result are those of the schema itself. What `SchemaJITCompiler.enable` has compiled of the schema is
 * compiled here for elements only: arrays and records in turns, and what is around them, are interpreted.
 *
 * **Example** (Decoding many rows)
 *
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { SchemaTurns } from "effect-serialization/schema"
 *
 * const Rows = SchemaTurns.inTurns(Schema.Array(Schema.Struct({ id: Schema.NumberFromString })))
 *
 * const input = Array.from({ length: 10_000 }, (_, id) => ({ id: String(id) }))
 * const rows = await Effect.runPromise(Schema.decodeUnknownEffect(Rows)(input))
 * rows[7] // => { id: 7 }
 * ```
 *
 * @category transforming
 * @since 0.1.0
 */
export const inTurns = <S extends Schema.Top>(schema: S): S => {
  const ast = inTurnsAST(schema.ast)
  return ast === schema.ast ? schema : (schema.rebuild(ast) as unknown as S)
}
