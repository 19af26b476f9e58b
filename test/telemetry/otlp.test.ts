/** What a collector receives: a server on this machine, and the OTLP exporter that Effect brings. */
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp, OtlpExporter, type OtlpMetrics, type OtlpTracer } from "effect/observability"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Serialization, SerializationLayer } from "effect-serialization"
import { layerInline } from "effect-serialization/testing"
import { records, withRegistry } from "../support/ops.ts"

interface Received {
  readonly url: string
  readonly type: string | undefined
  readonly body: any
}

/** A collector that keeps what it is sent, and tells when something has come that a test waits for. */
const makeCollector = Effect.acquireRelease(
  Effect.callback<{
    readonly baseUrl: string
    readonly received: Array<Received>
    readonly close: () => void
    onReceived: (received: Received) => void
  }>((resume) => {
    const received: Array<Received> = []
    const server = createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
        const one = { url: request.url!, type: request.headers["content-type"], body }
        received.push(one)
        response.writeHead(200, { "content-type": "application/json" }).end("{}")
        collector.onReceived(one)
      })
    })
    const collector = {
      baseUrl: "",
      received,
      close: () => {
        server.close()
        server.closeAllConnections()
      },
      onReceived: (_: Received) => {}
    }
    server.listen(0, "127.0.0.1", () => {
      collector.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      resume(Effect.succeed(collector))
    })
  }),
  ({ close }) => Effect.sync(close)
)

const library = SerializationLayer.layerNoPool({ name: "exported", routing: "worker" }).pipe(Layer.provide(layerInline))

/** By itself it exports only when a test says so. */
const exporter = (baseUrl: string, interval: "1 hour" | "5 millis" = "1 hour") =>
  Otlp.layerJson({
    baseUrl,
    resource: { serviceName: "shop", serviceVersion: "1.2.3" },
    loggerExportInterval: "1 hour",
    metricsExportInterval: interval,
    tracerExportInterval: interval,
    // Within it the last export of a program must be through.
    shutdownTimeout: "1 minute"
  }).pipe(Layer.provide(FetchHttpClient.layer))

type Metric = OtlpMetrics.MetricsData["resourceMetrics"][number]["scopeMetrics"][number]["metrics"][number]

const metricsIn = ({ body }: Received): ReadonlyArray<Metric> =>
  (body as OtlpMetrics.MetricsData).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics)
  )

const spansIn = ({ body }: Received) =>
  (body as OtlpTracer.TraceData).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))

type Attributes = ReadonlyArray<{ readonly key: string; readonly value: object }>

const attributesOf = (attributes: Attributes | undefined): Record<string, unknown> =>
  Object.fromEntries(attributes!.map(({ key, value }) => [key, Object.values(value)[0]]))

/** The one point of a metric that has these attributes, among others. */
const pointOf = <Point extends { readonly attributes?: Attributes }>(
  points: ReadonlyArray<Point> | undefined,
  expected: Record<string, string>
): Point => {
  const found = points!.filter(({ attributes }) => {
    const actual = attributesOf(attributes)
    return Object.entries(expected).every(([key, value]) => actual[key] === value)
  })
  assert.lengthOf(found, 1, JSON.stringify(expected))
  return found[0]!
}

const lastOf = (received: ReadonlyArray<Received>, url: string): Received =>
  received.findLast((one) => one.url === url)!

it.live("the collector gets each metric with its unit, counters by path and the buckets of latencies", () =>
  withRegistry(
    Effect.gen(function* () {
      const { baseUrl, received } = yield* makeCollector
      yield* Effect.gen(function* () {
        const { metrics, serialize } = yield* Serialization
        for (let i = 0; i < 3; i++) yield* serialize({ small: true })
        for (let i = 0; i < 2; i++) yield* serialize(records(200), { label: "GET /records" })
        yield* serialize(records(200), { routing: "sliced" })
        yield* Effect.flip(serialize(undefined))
        const snapshot = yield* metrics
        yield* OtlpExporter.Flusher.use(({ flush }) => flush)

        const request = lastOf(received, "/v1/metrics")
        assert.strictEqual(request.type, "application/json")
        const { resource } = (request.body as OtlpMetrics.MetricsData).resourceMetrics[0]!
        assert.strictEqual(attributesOf(resource.attributes)["service.name"], "shop")

        const all = metricsIn(request)
        const metric = (name: string) => all.find((metric) => metric.name === `effect_serialization.${name}`)!
        const units = Object.fromEntries(all.map(({ name, unit }) => [name.replace("effect_serialization.", ""), unit]))
        assert.deepStrictEqual(units, {
          calls: "{call}",
          duration: "s",
          "hold.time": "s",
          "hold.max": "s",
          failures: "{call}",
          "worker.errors": "{call}",
          truncations: "{call}",
          "shape.cut": "{call}",
          "shape.tries": "{text}",
          interruptions: "{call}",
          "output.size": "By",
          frames: "{frame}",
          "pool.threads": "{thread}",
          "pool.queue.length": "{frame}",
          "pool.in_flight": "{frame}",
          "pool.utilization": "1",
          "breaker.state": "1",
          "rollout.share": "1",
          "route.crowding": "1",
          "label.calls": "{call}",
          "label.hold.time": "s",
          "label.hold.max": "s"
        })
        for (const { description, name } of all) assert.isNotEmpty(description, name)

        const calls = metric("calls").sum!
        assert.isTrue(calls.isMonotonic)
        // Cumulative.
        assert.strictEqual(calls.aggregationTemporality, 2)
        const count = (path: string, arm: string) => pointOf(calls.dataPoints, { name: "exported", path, arm }).asDouble
        assert.strictEqual(count("sync", "none"), 4)
        assert.strictEqual(count("sync", "control"), 0)
        assert.strictEqual(count("worker", "offloop"), 2)
        assert.strictEqual(count("sliced", "offloop"), 1)
        assert.strictEqual(count("fallback", "offloop"), 0)
        const failures = metric("failures").sum!.dataPoints
        assert.strictEqual(pointOf(failures, { reason: "UnsupportedValue" }).asDouble, 1)
        assert.strictEqual(pointOf(failures, { reason: "CyclicValue" }).asDouble, 0)
        assert.strictEqual(pointOf(metric("output.size").sum!.dataPoints, {}).asDouble, snapshot.bytes)
        assert.strictEqual(pointOf(metric("label.calls").sum!.dataPoints, { label: "GET /records" }).asDouble, 2)
        assert.strictEqual(pointOf(metric("rollout.share").gauge!.dataPoints, {}).asDouble, 1)
        assert.strictEqual(pointOf(metric("breaker.state").gauge!.dataPoints, { state: "closed" }).asDouble, 1)

        const latencies = pointOf(metric("duration").histogram!.dataPoints, { path: "worker", arm: "offloop" })
        assert.deepStrictEqual(
          latencies.explicitBounds,
          [
            5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
            5, 10
          ]
        )
        assert.strictEqual(latencies.count, 2)
        assert.lengthOf(latencies.bucketCounts!, latencies.explicitBounds!.length + 1)
        // Each call is in one bucket, and that one is around its time: those of the shortest and the longest are not empty.
        assert.strictEqual(
          latencies.bucketCounts!.reduce((sum, count) => sum + count, 0),
          2
        )
        for (const time of [latencies.min!, latencies.max!]) {
          const index = latencies.explicitBounds!.findIndex((bound) => time <= bound)
          assert.isAtLeast(latencies.bucketCounts!.at(index)!, 1, `${time}`)
        }
        assert.closeTo(latencies.sum!, latencies.min! + latencies.max!, 1e-9)
        assert.isAbove(latencies.min!, 0)
      }).pipe(Effect.provide(Layer.merge(library, exporter(baseUrl))))
    })
  )
)

it.live("the collector gets the span of a call at the threshold below the program's own, and none of a small one", () =>
  withRegistry(
    Effect.gen(function* () {
      const { baseUrl, received } = yield* makeCollector
      yield* Effect.gen(function* () {
        const { serialize } = yield* Serialization
        const { serialized } = yield* Effect.gen(function* () {
          yield* serialize({ small: true })
          return yield* serialize(records(200), { label: "GET /records" })
        }).pipe(Effect.withSpan("request"))
        yield* Effect.flip(serialize(records(200), { maxSize: 10 }))
        yield* OtlpExporter.Flusher.use(({ flush }) => flush)

        const spans = spansIn(lastOf(received, "/v1/traces"))
        assert.deepStrictEqual(
          spans.map(({ name }) => name),
          ["Serialization.serialize", "request", "Serialization.serialize"]
        )
        const [span, request, failed] = spans
        assert.strictEqual(span!.traceId, request!.traceId)
        assert.strictEqual(span!.parentSpanId, request!.spanId)
        assert.isTrue(BigInt(span!.startTimeUnixNano) >= BigInt(request!.startTimeUnixNano))
        assert.isTrue(BigInt(span!.endTimeUnixNano) > BigInt(span!.startTimeUnixNano))
        assert.isTrue(BigInt(span!.endTimeUnixNano) <= BigInt(request!.endTimeUnixNano))
        const attributes = attributesOf(span!.attributes)
        assert.strictEqual(attributes["serialization.path"], "worker")
        assert.strictEqual(attributes["serialization.arm"], "offloop")
        assert.strictEqual(attributes["serialization.size"], serialized.length)
        assert.strictEqual(attributes["serialization.label"], "GET /records")
        assert.strictEqual(attributes["serialization.truncated"], false)
        // OTLP's code of success, and of failure.
        assert.strictEqual(span!.status.code, 1)
        assert.strictEqual(failed!.status.code, 2)
        assert.match(failed!.status.message!, /maxSize/)
      }).pipe(Effect.provide(Layer.merge(library, exporter(baseUrl))))
    })
  )
)

it.live("an exporter with an interval sends what has happened since", () =>
  withRegistry(
    Effect.gen(function* () {
      const collector = yield* makeCollector
      yield* Effect.gen(function* () {
        const { serialize } = yield* Serialization
        const hasCount = (received: Received, expected: number): boolean => {
          const calls =
            received.url === "/v1/metrics"
              ? metricsIn(received).find(({ name }) => name === "effect_serialization.calls")
              : undefined
          return (
            calls?.sum?.dataPoints.some(
              (point) => point.asDouble === expected && attributesOf(point.attributes)["path"] === "worker"
            ) === true
          )
        }
        for (const expected of [1, 2]) {
          const came = yield* Deferred.make<void>()
          yield* serialize(records(200))
          collector.onReceived = (received) => {
            if (hasCount(received, expected)) Deferred.doneUnsafe(came, Effect.void)
          }
          yield* Deferred.await(came)
        }
      }).pipe(Effect.provide(Layer.merge(library, exporter(collector.baseUrl, "5 millis"))))
    })
  )
)

it.live(
  "the last export of a program has its last counts, where the exporter's layer is put on top of the library's",
  () =>
    withRegistry(
      Effect.gen(function* () {
        const { baseUrl, received } = yield* makeCollector
        yield* Serialization.use(({ serialize }) => serialize(records(200))).pipe(
          Effect.provide(Layer.provideMerge(exporter(baseUrl), library))
        )
        const calls = metricsIn(lastOf(received, "/v1/metrics")).find(
          ({ name }) => name === "effect_serialization.calls"
        )!
        assert.strictEqual(pointOf(calls.sum!.dataPoints, { path: "worker" }).asDouble, 1)
        assert.lengthOf(spansIn(lastOf(received, "/v1/traces")), 1)
      })
    )
)
