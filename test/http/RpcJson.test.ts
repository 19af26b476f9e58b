import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Schema, SchemaGetter, Context, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Rpc, RpcClient, RpcGroup, RpcSerialization, RpcServer } from "effect/rpc"
import { SerializationLayer } from "effect-serialization"
import { RpcJson } from "effect-serialization/http"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { type Answer, assertSameAnswer, call, serve } from "./server.ts"

const Row = Schema.Struct({ id: Schema.Finite, at: Schema.Date, name: Schema.String })
const rows = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, at: new Date(id), name: `é \u0000${id}` }))

class Failed extends Schema.TaggedError<Failed>()("Failed", { rows: Schema.Array(Row) }) {}

class Unit extends Context.Service<Unit, string>()("test/Unit") {}

const Priced = Schema.String.pipe(
  Schema.decodeTo(Schema.Finite, {
    decode: SchemaGetter.transform(Number),
    encode: SchemaGetter.transformEffect((price: number) => Effect.map(Unit, (unit) => `${price} ${unit}`))
  })
)

const Reports = RpcGroup.make(
  Rpc.make("small", { success: Schema.Array(Row) }),
  Rpc.make("large", { success: Schema.Struct({ rows: Schema.Array(Row) }) }),
  Rpc.make("text", { success: Schema.String }),
  Rpc.make("list", { success: Row, stream: true }),
  Rpc.make("failing", { success: Schema.Array(Row), error: Failed }),
  Rpc.make("dying", { success: Schema.Array(Row) }),
  Rpc.make("wrong", { success: Schema.Array(Row) }),
  Rpc.make("any", { success: Schema.Array(Schema.Any) }),
  Rpc.make("priced", { success: Schema.Array(Priced) }),
  Rpc.make("echo", { payload: { rows: Schema.Array(Row) }, success: Schema.Array(Row) }),
  Rpc.make("nothing")
)

const handlers = Reports.toLayer({
  small: () => Effect.succeed(rows(3)),
  large: () => Effect.succeed({ rows: rows(5000) }),
  text: () => Effect.succeed("x\u0000".repeat(50_000)),
  list: () => Stream.fromIterable(rows(3000)),
  failing: () => Effect.fail(new Failed({ rows: rows(3000) })),
  dying: () => Effect.die("dead"),
  wrong: () => Effect.succeed([...rows(5000), { id: "1" } as never]),
  any: () => Effect.succeed([...rows(5000), 1n]),
  priced: () => Effect.succeed(Array.from({ length: 5000 }, (_, i) => i)),
  echo: ({ rows }) => Effect.succeed(rows),
  nothing: () => Effect.void
})

type Protocol = Layer.Layer<RpcServer.Protocol, never, any>

const protocols: Record<"ours" | "plain", Protocol> = {
  ours: RpcJson.layerProtocolHttp({ path: "/rpc" }),
  plain: RpcServer.layerProtocolHttp({ path: "/rpc" })
}

const routes = (protocol: Protocol, serialization: Layer.Layer<RpcSerialization.RpcSerialization>) =>
  RpcServer.layer(Reports).pipe(
    Layer.provide(handlers),
    Layer.provide(protocol),
    Layer.provide([
      serialization,
      SerializationLayer.layerSliced(),
      Layer.succeed(Unit, "EUR"),
      Layer.succeed(Logger.CurrentLoggers, new Set())
    ])
  ) as Layer.Layer<never, never, any>

const serializations = {
  ndjson: RpcSerialization.layerNdjson,
  json: RpcSerialization.layerJson,
  "JSON-RPC": RpcSerialization.layerJsonRpc(),
  "a binary one": RpcSerialization.layerSchemaBinary()
}

const request = (tag: string, id: string, payload: unknown = null) => ({
  _tag: "Request",
  id,
  tag,
  payload,
  headers: []
})

const jsonRows = JSON.parse(JSON.stringify(rows(3000)))

const bodies: Record<string, ReadonlyArray<object>> = {
  ...Object.fromEntries(
    ["small", "large", "text", "list", "failing", "dying", "wrong", "priced", "nothing", "missing"].map((tag) => [
      tag,
      [request(tag, "1")]
    ])
  ),
  several: [request("small", "1"), request("nothing", "2"), request("small", "3")],
  echo: [request("echo", "1", { rows: jsonRows })],
  "wrong payload": [request("echo", "1", { rows: [{ id: "1" }] })]
}

const post = (port: number, messages: ReadonlyArray<object>, isFramed: boolean): Effect.Effect<Answer> => {
  const body = isFramed ? messages.map((message) => `${JSON.stringify(message)}\n`).join("") : JSON.stringify(messages)
  return call(port, "/rpc", { method: "POST", body })
}

describe("RpcJson.layerProtocolHttp", () => {
  for (const name of ["ndjson", "json"] as const) {
    it.live(`${name}: answers as RpcServer.layerProtocolHttp does`, () =>
      Effect.gen(function* () {
        const a = yield* serve(routes(protocols.ours, serializations[name]))
        const b = yield* serve(routes(protocols.plain, serializations[name]))
        for (const [what, messages] of Object.entries(bodies)) {
          const [actual, expected] = [
            yield* post(a, messages, name === "ndjson"),
            yield* post(b, messages, name === "ndjson")
          ]
          assertSameAnswer(actual, expected, what)
          assert.isFalse(actual.bytes.includes(0), what)
        }
      }).pipe(Effect.scoped)
    )
  }

  it.live("what has no JSON is a defect, or a response of 500", () =>
    Effect.gen(function* () {
      const framed = yield* serve(routes(protocols.ours, serializations.ndjson))
      const answer = yield* post(framed, [request("any", "1")], true)
      const { _tag, defect } = JSON.parse(answer.bytes.toString())
      assert.strictEqual(_tag, "Defect")
      assert.include(JSON.stringify(defect), "bigint")
      const whole = yield* serve(routes(protocols.ours, serializations.json))
      assert.strictEqual((yield* post(whole, [request("any", "1")], false)).status, 500)
    }).pipe(Effect.scoped)
  )

  for (const [name, serialization] of Object.entries(serializations)) {
    it.live(`${name}: a client gets the values`, () =>
      Effect.gen(function* () {
        const port = yield* serve(routes(protocols.ours, serialization as (typeof serializations)["json"]))
        const client = yield* RpcClient.make(Reports).pipe(
          Effect.provide(
            RpcClient.layerProtocolHttp({ url: `http://127.0.0.1:${port}/rpc` }).pipe(
              Layer.provide([serialization as (typeof serializations)["json"], FetchHttpClient.layer])
            )
          )
        )
        assert.deepStrictEqual((yield* client.large()).rows, rows(5000))
        assert.deepStrictEqual(yield* client.echo({ rows: rows(2000) }), rows(2000))
        assert.deepStrictEqual(Array.from(yield* Stream.runCollect(client.list())), rows(3000))
        const failed = yield* Effect.flip(client.failing())
        assert.deepStrictEqual((failed as Failed).rows, rows(3000))
        assert.strictEqual((yield* client.text()).length, 100_000)
      }).pipe(Effect.scoped, Effect.provide([SerializationLayer.layerSliced(), Layer.succeed(Unit, "EUR")]))
    )
  }

  it.live("fifty calls at once get an answer each", () =>
    Effect.gen(function* () {
      const [a, b] = [
        yield* serve(routes(protocols.ours, serializations.ndjson)),
        yield* serve(routes(protocols.plain, serializations.ndjson))
      ]
      const expected = new Map<string, Answer>()
      const tags = ["large", "small", "text", "failing", "list"]
      for (const tag of tags) expected.set(tag, yield* post(b, [request(tag, "1")], true))
      const all = Array.from({ length: 50 }, (_, i) => tags[i % tags.length]!)
      const answers = yield* Effect.all(
        all.map((tag) => post(a, [request(tag, "1")], true)),
        { concurrency: "unbounded" }
      )
      answers.forEach((answer, i) => assertSameAnswer(answer, expected.get(all[i]!)!, all[i]!))
    }).pipe(Effect.scoped)
  )

  it.effect("options out of range are refused", () =>
    Effect.gen(function* () {
      for (const threshold of [-1, Number.NaN, "1" as never]) {
        const layer = RpcJson.layerProtocolHttp({ path: "/rpc", threshold })
        const exit = yield* Effect.exit(Effect.scoped(Layer.build(layer as Layer.Layer<RpcServer.Protocol>)))
        assert.include(String(exit), "`threshold`")
      }
    })
  )

  it.live("an answer of which the client has had enough is encoded no further, and kept no longer", () =>
    Effect.gen(function* () {
      let encoded = 0
      const Counted = Schema.String.pipe(
        Schema.decodeTo(Schema.String, {
          decode: SchemaGetter.passthrough(),
          // The client leaves, and nobody but its leaving ends the wait.
          encode: SchemaGetter.transformEffect((text: string) => {
            encoded++
            if (text !== "text 100") return Effect.succeed(text)
            leave?.()
            return Effect.never
          })
        })
      )
      const group = RpcGroup.make(Rpc.make("texts", { success: Schema.Array(Counted) }))
      const length = 2000
      let left = 0
      const registry = new FinalizationRegistry(() => left--)
      let leave: (() => void) | undefined
      const live = RpcServer.layer(group).pipe(
        Layer.provide(
          group.toLayer({
            texts: () =>
              Effect.sync(() => {
                const texts = Array.from({ length }, (_, i) => `text ${i}`)
                left++
                registry.register(texts, undefined)
                return texts
              })
          })
        ),
        Layer.provide(RpcJson.layerProtocolHttp({ path: "/rpc" })),
        Layer.provide([RpcSerialization.layerNdjson, SerializationLayer.layerSliced()])
      )
      const port = yield* serve(live as Layer.Layer<never, never, any>)
      const requests = 1000
      const body = `${JSON.stringify(request("texts", "1"))}\n`
      for (let i = 0; i < requests; i++) {
        const controller = new AbortController()
        leave = () => controller.abort()
        yield* Effect.exit(call(port, "/rpc", { method: "POST", body, signal: controller.signal }))
      }
      assert.isAbove(left, 0)
      setFlagsFromString("--expose-gc")
      const collect = runInNewContext("gc") as () => void
      const collected = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve))).pipe(
        Effect.tap(() => Effect.sync(collect)),
        Effect.repeat({ until: () => left <= 2 })
      )
      yield* collected
      assert.isBelow(encoded, requests * 200)
    }).pipe(Effect.scoped)
  )
})
