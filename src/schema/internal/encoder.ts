/**
 * A schema's encoder to JSON: the encoded value in turns, or with its large arrays put off and a writer that fills them in.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import type { SerializeOptions } from "../../internal/options/callOptions.ts"
import { isPatched } from "../../internal/value/intrinsics.ts"
import { Deferrals, deferring } from "./deferred.ts"
import { finalAST } from "./final.ts"
import { issueOf } from "./inBatches.ts"

/** A value that was encoded but for what is put off. */
export interface Begun {
  readonly encoded: unknown
  readonly deferrals: Deferrals
}

export interface Encoder {
  readonly options: SchemaAST.ParseOptions | undefined
  /** Encodes all of it, in turns. */
  encode(value: unknown): Effect.Effect<unknown, Schema.SchemaError, any>
  /** Encodes what is around the large arrays. Begins at once, and gives an `Exit` where that is all. */
  begin(value: unknown): Effect.Effect<Begun, Schema.SchemaError, any>
}

type Parse = (input: unknown, options?: SchemaAST.ParseOptions) => Effect.Effect<unknown, SchemaIssue.Issue, any>

/** Compiles a schema's encoder, at its first use. */
export const compile = (schema: Schema.Constraint): (() => Parse) => {
  const { ast } = Schema.toCodecJson(schema)
  let compiled: Parse | undefined
  return () => (compiled ??= SchemaParser.decodeUnknownEffect(Schema.make<Schema.Top>(finalAST(SchemaAST.flip(ast)))))
}

export const makeEncoder = (schema: Schema.Constraint, options: SchemaAST.ParseOptions | undefined): Encoder =>
  encoderOf(compile(schema), options)

export const encoderOf = (parser: () => Parse, options: SchemaAST.ParseOptions | undefined): Encoder => {
  const encode = (value: unknown) =>
    Effect.mapError(
      Effect.suspend(() => parser()(value, options)),
      (issue) => new Schema.SchemaError(issue)
    )

  const begin = (value: unknown): Effect.Effect<Begun, Schema.SchemaError, any> => {
    const deferrals = new Deferrals()
    if (!mayDefer(options)) return Effect.map(encode(value), (encoded) => ({ encoded, deferrals }))
    const begun = parser()(value, deferring(options, deferrals))
    if (Exit.isExit(begun) && Exit.isSuccess(begun)) return Exit.succeed({ encoded: begun.value, deferrals })
    return Effect.matchCauseEffect(begun, {
      onSuccess: (encoded) => Effect.succeed({ encoded, deferrals }),
      // What was put off may be what Effect would have found wrong first.
      onFailure: (cause) =>
        issueOf(cause) === undefined
          ? Effect.failCause(cause as never)
          : Effect.map(encode(value), (encoded) => ({ encoded, deferrals: new Deferrals() }))
    })
  }

  return { options, encode, begin }
}

// All that is wrong is to be told in one tree; elements that are to run at the same time are not to wait for each other.
const mayDefer = (options: SchemaAST.ParseOptions | undefined): boolean =>
  options?.errors !== "all" && (options?.concurrency === undefined || options.concurrency === 1) && !isPatched()

/** The text of a value under these options is not the texts of its parts. */
export const needsWhole = (options: SerializeOptions | undefined): boolean =>
  options !== undefined &&
  ((options.replacer !== undefined && options.replacer !== null) ||
    options.space !== undefined ||
    options.pretty === true ||
    (options.maxSize !== undefined && options.maxSize !== Infinity) ||
    options.maxTokens !== undefined ||
    typeof options.truncate === "object" ||
    options.routing !== undefined)
