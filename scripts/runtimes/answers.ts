/**
 * Are answers on this runtime what they are without the library: `jsonResponse` as `Response.json`, `honoJson` as Hono, `HttpJson` and
 * `SchemaTurns` as Effect?
 */
import { Effect, type Layer, Schema } from "effect"
import { isSerializationError, makeSerializer, type Routing, type Serialization } from "effect-serialization"
import { honoJson, jsonResponse } from "effect-serialization/frameworks"
import { HttpJson } from "effect-serialization/http"
import { SchemaTurns } from "effect-serialization/schema"
import { HttpServerResponse } from "effect/http"
import { Hono } from "hono"
import { type Checked, Checklist } from "./checklist.ts"

const Rows = Schema.Array(Schema.Struct({ id: Schema.Number, name: Schema.String, at: Schema.DateFromString }))
const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id} é`, at: new Date(id) }))
const encodeRows = Schema.encodeSync(Schema.toCodecJson(Rows))

/** What a client sees of a response. */
const seen = async (response: Response): Promise<string> => {
  const { headers, status, statusText } = response
  return JSON.stringify([status, statusText, [...headers].sort(), await response.text()])
}

const reasonOf = (answer: Promise<Response>): Promise<string> =>
  answer.then(
    () => "none",
    (error: unknown) => (isSerializationError(error) ? error.reason._tag : "another error")
  )

/** Gives what is not as it should be, and how much was looked at. */
export const answersConformance = async (routing: Routing, layer: Layer.Layer<Serialization>): Promise<Checked> => {
  const list = new Checklist()
  const { check } = list
  await using serializer = makeSerializer({ routing })

  const init = { status: 203, headers: { "x-own": "yes" } }
  for (const [name, value] of Object.entries({ small: { id: 1 }, large: rows })) {
    const expected = await seen(Response.json(value, init))
    check(`jsonResponse, ${name}`, (await seen(await jsonResponse(value, init, { serializer }))) === expected)
    const streamed = await jsonResponse(value, init, { serializer, buffer: 1000 })
    check(`jsonResponse, ${name}, as a stream`, (await seen(streamed)) === expected)
  }
  const bad = await reasonOf(jsonResponse([...rows, 1n], undefined, { serializer }))
  check(`jsonResponse, a bigint: UnsupportedValue, not ${bad}`, bad === "UnsupportedValue")

  const answered = async (isOurs: boolean): Promise<string> => {
    const app = new Hono()
    if (isOurs) app.use(honoJson({ serializer }))
    app.get("/", (c) => c.json(rows, 203, { "x-own": "yes" }))
    const response = await app.request("/")
    // The one header that is added, since the bytes are known.
    if (isOurs) response.headers.delete("content-length")
    return seen(response)
  }
  check("honoJson", (await answered(true)) === (await answered(false)))

  const { fallbackPath, slicedPath, workerPath } = await serializer.metrics()
  const taken = routing === "worker" ? workerPath : slicedPath
  check(`answers by ${routing}: ${taken} of 4`, taken === 4 && fallbackPath === 0)

  const text = JSON.stringify(encodeRows(rows))
  await Effect.runPromise(
    Effect.gen(function* () {
      const { serialized } = yield* SchemaTurns.serialize(Rows)(rows)
      check("SchemaTurns.serialize", serialized === text)
      const response = HttpServerResponse.toWeb(yield* HttpJson.schemaJson(Rows)(rows))
      const plain = HttpServerResponse.toWeb(yield* HttpServerResponse.schemaJson(Schema.toCodecJson(Rows))(rows))
      check(
        "HttpJson.schemaJson",
        (yield* Effect.promise(() => seen(response))) === (yield* Effect.promise(() => seen(plain)))
      )
    }).pipe(Effect.provide(layer))
  )
  return list
}
