/**
 * What a handler of an `HttpApi` gives, made a response where it is a large JSON answer.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { hasProperty } from "effect/Predicate"
import * as Stream from "effect/Stream"
import { invalidOptions } from "../../internal/errors/serializationErrors.ts"
import { count, isCount, wrong } from "../../internal/options/validators.ts"
import { estimate } from "../../internal/walk/estimateSize.ts"
import { type Encoder, makeEncoder } from "../../schema/internal/encoder.ts"
import { ofTyped, ofValue } from "./respond.ts"

type Handler = (request: any) => Effect.Effect<unknown, unknown, unknown>
type Response = HttpServerResponse.HttpServerResponse

interface Options {
  readonly buffer?: number | undefined
  readonly threshold?: number | undefined
}

/** One of an endpoint's successes. */
interface Success {
  readonly status: number
  readonly contentType: string
  /** None where the answer has no body. */
  readonly encoder: Encoder | undefined
}

/** Wraps the handlers of a group, each as its endpoint needs it. */
export const answersOf = <ApiId extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<ApiId, Groups>,
  groupIdentifier: string,
  options: Options | undefined
): ((identifier: string, handler: Handler) => Handler) => {
  const buffer = options?.buffer ?? 64 * 1024 * 1024
  const threshold = options?.threshold ?? 16 * 1024
  if (!isCount(buffer)) throw invalidOptions(wrong("buffer", count(0), buffer))
  if (!isCount(threshold)) throw invalidOptions(wrong("threshold", count(0), threshold))
  const successes = new Map<string, ReadonlyArray<Success>>()
  HttpApi.reflect(api, {
    predicate: ({ group }) => group.identifier === groupIdentifier,
    onGroup: () => {},
    onEndpoint: ({ endpoint, mergedAnnotations, successes: byStatus }) => {
      const found = successesOf(endpoint, byStatus, mergedAnnotations)
      if (found !== undefined) successes.set(endpoint.identifier, found)
    }
  })
  return (identifier, handler) => {
    const candidates = successes.get(identifier)
    if (candidates === undefined) return handler
    const answer = answerOf(candidates, buffer)
    return (request) =>
      Effect.flatMap(handler(request), (result) =>
        isLeftAlone(result) || estimate(result, threshold) < threshold ? Effect.succeed(result) : answer(result)
      )
  }
}

// The first success that takes the value is its own. Where none does, `HttpApiBuilder` is to say so.
const answerOf = (
  candidates: ReadonlyArray<Success>,
  buffer: number
): ((value: unknown) => Effect.Effect<unknown, never, any>) => {
  const [only] = candidates
  const respond = (value: unknown): Effect.Effect<Response | undefined, unknown, any> =>
    candidates.length === 1 && only!.encoder !== undefined
      ? ofTyped(only!.encoder, value, buffer, only)
      : firstOf(candidates, value, buffer)
  return (value) =>
    Effect.matchEffect(respond(value), {
      onSuccess: (response) => Effect.succeed(response ?? value),
      onFailure: () => Effect.succeed(value)
    })
}

const firstOf = Effect.fnUntraced(function* (candidates: ReadonlyArray<Success>, value: unknown, buffer: number) {
  for (const success of candidates) {
    if (success.encoder === undefined) return undefined
    const encoded = yield* Effect.option(success.encoder.encode(value))
    if (Option.isSome(encoded)) {
      return encoded.value === undefined ? undefined : yield* ofValue(encoded.value, buffer, success)
    }
  }
  return undefined
})

/** Not a plain value: `HttpApiBuilder` has ways of its own for it. */
const isLeftAlone = (result: unknown): boolean =>
  result === undefined ||
  HttpServerResponse.isHttpServerResponse(result) ||
  Stream.isStream(result) ||
  isWithHeaders(result)

const isWithHeaders = (result: unknown): boolean => hasProperty(result, HttpApiSchema.WithHeadersValueTypeId)

type ByStatus = ReadonlyMap<number, ReadonlyArray<Schema.Top>>

/** The successes of an endpoint, in the order in which they are tried; undefined where one is not plain JSON. */
const successesOf = (
  endpoint: HttpApiEndpoint.Top,
  byStatus: ByStatus,
  annotations: Context.Context<never>
): ReadonlyArray<Success> | undefined => {
  const options =
    Context.getOrUndefined(annotations, HttpApi.SuccessParseOptions) ??
    Context.getOrUndefined(annotations, HttpApi.ParseOptions)
  const statuses = new Map(
    [...byStatus].flatMap(([status, schemas]) => schemas.map((schema) => [schema, status] as const))
  )
  const successes: Array<Success> = []
  if (endpoint.disableCodecs) return undefined
  for (const schema of endpoint.success as ReadonlySet<Schema.Top>) {
    const status = statuses.get(schema)
    // A stream or an upgrade has none.
    if (status === undefined) return undefined
    if (HttpApiSchema.isWithHeaders(schema)) continue
    const encoding = encodingOf(schema.ast) ?? json
    if (encoding._tag !== "Json" || withHeadersOf(schema.ast) !== undefined) return undefined
    const encoder = hasNoContent(schema.ast) ? undefined : makeEncoder(schema, options)
    successes.push({ status, contentType: encoding.contentType, encoder })
  }
  return successes.length === 0 ? undefined : successes
}

interface Encoding {
  readonly _tag: string
  readonly contentType: string
}

const json: Encoding = { _tag: "Json", contentType: "application/json" }

/** How a schema says that its body is text, or bytes; set by `HttpApiSchema.asText` and its like. */
const encodingOf = SchemaAST.resolveAt<Encoding>("~httpApiEncoding")

/** Set by `HttpApiSchema.encodeToWithHeaders`. */
const withHeadersOf = SchemaAST.resolveAt<unknown>("~httpApiWithHeaders")

const hasNoContent = (ast: SchemaAST.AST): boolean =>
  [ast, SchemaAST.toEncoded(ast), ast.encoding?.[0].to].some((one) => one !== undefined && SchemaAST.isVoid(one))
