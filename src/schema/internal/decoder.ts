/**
 * From the text of a schema's JSON to values of its type: parsed and decoded in turns.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import * as Stream from "effect/Stream"
import { issueOf } from "./inBatches.ts"
import { inTurnsAST } from "./rewrite.ts"

type Options = SchemaAST.ParseOptions | undefined
type Values = readonly [unknown, ...Array<unknown>]

/** Decodes what a text was parsed to. The decoder is compiled at its first use. */
export const makeDecoder = (
  schema: Schema.Constraint,
  options: Options
): ((value: unknown) => Effect.Effect<any, Schema.SchemaError, any>) => {
  const parser = compile(Schema.toCodecJson(schema))
  return (value) =>
    Effect.mapError(
      Effect.suspend(() => parser()(value, options)),
      (issue) => new Schema.SchemaError(issue)
    )
}

/** Decodes elements as they come, chunk by chunk: what was parsed is dropped while it is young. */
export const makeElementsDecoder = (
  item: Schema.Constraint,
  options: Options
): (<E, R>(elements: Stream.Stream<unknown, E, R>) => Stream.Stream<any, E | Schema.SchemaError, any>) => {
  const all = Schema.Array(Schema.toCodecJson(item))
  const parser = compile(all)
  return (elements) =>
    Stream.transformPull(elements, (pull) =>
      Effect.sync(() => {
        const chunks = new Chunks(all.ast, options, (values) => parser()(values, options))
        return Effect.suspend(() => chunks.failure ?? Effect.flatMap(pull, (values) => chunks.decode(values)))
      })
    )
}

const compile = (schema: Schema.Constraint) => {
  let compiled: Parse | undefined
  return () => (compiled ??= SchemaParser.decodeUnknownEffect(Schema.make<Schema.Top>(inTurnsAST(schema.ast))))
}

type Parse = (input: unknown, options?: SchemaAST.ParseOptions) => Effect.Effect<unknown, SchemaIssue.Issue, any>

/** Chunks of one array. A failure is told of the whole array, behind the elements that stand before it. */
class Chunks {
  failure: Effect.Effect<never, Schema.SchemaError> | undefined = undefined
  private before = 0
  private readonly ast: SchemaAST.AST
  private readonly options: Options
  private readonly parse: (values: ReadonlyArray<unknown>) => ReturnType<Parse>

  constructor(ast: SchemaAST.AST, options: Options, parse: Chunks["parse"]) {
    this.ast = ast
    this.options = options
    this.parse = parse
  }

  decode(values: Values): Pull.Pull<Values, Schema.SchemaError, void, any> {
    return Effect.matchCauseEffect(
      Effect.suspend(() => this.parse(values)),
      {
        onSuccess: (decoded) => {
          this.before += values.length
          return Effect.succeed(decoded as Values)
        },
        onFailure: (cause) => {
          const issue = issueOf(cause)
          if (issue === undefined) return Effect.failCause(cause as never)
          const found = (issue as SchemaIssue.Composite).issues as ReadonlyArray<SchemaIssue.Pointer>
          const failure = Exit.fail(new Schema.SchemaError(this.ofWhole(found, values)))
          const good = values.slice(0, found[0]!.path[0] as number)
          if (good.length === 0) return failure
          this.failure = failure
          return Effect.matchEffect(this.parse(good), {
            onSuccess: (decoded) => Effect.succeed(decoded as unknown as Values),
            onFailure: () => failure
          })
        }
      }
    )
  }

  private ofWhole(found: ReadonlyArray<SchemaIssue.Pointer>, values: Values): SchemaIssue.Issue {
    const issues = found.map(
      ({ issue, path }) => new SchemaIssue.Pointer([(path[0] as number) + this.before, ...path.slice(1)], issue)
    )
    return new SchemaIssue.Composite(this.ast, issues as never, values, this.options)
  }
}
