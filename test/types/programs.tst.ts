import { Context, Effect, type Layer, Schema, SchemaGetter, type Stream } from "effect"
import type { HttpClientRequest, HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import type { RpcSerialization, RpcServer } from "effect/rpc"
import type { Serialization, SerializationError, SerializationResult, SerializedBytes } from "effect-serialization"
import { HttpApiJson, HttpJson, RpcJson } from "effect-serialization/http"
import { SchemaTurns } from "effect-serialization/schema"
import { describe, expect, it } from "tstyche"

class Unit extends Context.Service<Unit, string>()("test/Unit") {}

const Priced = Schema.String.pipe(
  Schema.decodeTo(Schema.Finite, {
    decode: SchemaGetter.transform(Number),
    encode: SchemaGetter.transformEffect((price: number) => Effect.map(Unit, (unit) => `${price} ${unit}`))
  })
)
const Prices = Schema.Array(Priced)

type Errors = Schema.SchemaError | SerializationError

describe("SchemaTurns", () => {
  it("takes the type of the schema, and needs what its encoder needs", () => {
    expect(SchemaTurns.serialize(Prices)).type.toBe<
      (value: ReadonlyArray<number>) => Effect.Effect<SerializationResult, Errors, Serialization | Unit>
    >()
    expect(SchemaTurns.serializeToBytes(Schema.Date)).type.toBe<
      (value: Date) => Effect.Effect<SerializedBytes, Errors, Serialization>
    >()
    expect(SchemaTurns.stream(Prices)).type.toBe<
      (value: ReadonlyArray<number>) => Stream.Stream<Uint8Array, Errors, Serialization | Unit>
    >()
    expect(SchemaTurns.serialize(Prices)).type.not.toBeCallableWith(["1"])
  })

  it("inTurns gives the schema's own type", () => {
    expect(SchemaTurns.inTurns(Prices)).type.toBe<typeof Prices>()
  })
})

describe("HttpJson", () => {
  it("json and schemaJson", () => {
    expect(HttpJson.json({})).type.toBe<
      Effect.Effect<HttpServerResponse.HttpServerResponse, SerializationError, Serialization>
    >()
    expect(HttpJson.schemaJson(Prices)([1], { status: 201, etag: "weak" })).type.toBe<
      Effect.Effect<HttpServerResponse.HttpServerResponse, Errors, Serialization | Unit>
    >()
  })

  it("bodyJson is dual", () => {
    type Request = HttpClientRequest.HttpClientRequest
    type Body = Effect.Effect<Request, SerializationError, Serialization>
    expect(HttpJson.bodyJson({} as Request, {})).type.toBe<Body>()
    expect(HttpJson.bodyJson({}, { buffer: 1 })).type.toBe<(request: Request) => Body>()
  })
})

const Api = HttpApi.make("api").add(
  HttpApiGroup.make("reports").add(
    HttpApiEndpoint.get("a", "/a", { success: Schema.Finite }),
    HttpApiEndpoint.get("b", "/b", { success: Schema.String })
  )
)

describe("HttpApiJson.group", () => {
  it("is HttpApiBuilder.group, and needs Serialization", () => {
    const ours = HttpApiJson.group(Api, "reports", (handlers) =>
      handlers.handle("a", () => Effect.succeed(1)).handle("b", () => Effect.map(Unit, (unit) => unit))
    )
    const theirs = HttpApiBuilder.group(Api, "reports", (handlers) =>
      handlers.handle("a", () => Effect.succeed(1)).handle("b", () => Effect.map(Unit, (unit) => unit))
    )
    type Theirs = typeof theirs
    expect(ours).type.toBe<
      Layer.Layer<Layer.Success<Theirs>, Layer.Error<Theirs>, Layer.Services<Theirs> | Serialization>
    >()
  })

  it("refuses a group that is not there", () => {
    expect(HttpApiJson.group).type.not.toBeCallableWith(Api, "missing", (handlers: any) => handlers)
  })
})

describe("RpcJson.layerProtocolHttp", () => {
  it("is RpcServer.layerProtocolHttp, and needs Serialization", () => {
    expect(RpcJson.layerProtocolHttp({ path: "/rpc", streamBufferSize: "unbounded", threshold: 0 })).type.toBe<
      Layer.Layer<RpcServer.Protocol, never, RpcSerialization.RpcSerialization | HttpRouter.HttpRouter | Serialization>
    >()
  })
})
