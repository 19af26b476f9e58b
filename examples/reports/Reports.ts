/**
 * A service of one's own over `Serialization`: reports as JSON bytes, each made once and kept.
 *
 * It shows what such a service owes its callers: errors in its own terms, instead of those of the library that it happens to
 * use, and a `layerNoDeps` that leaves the choice of `Serialization` to the edge of the program.
 */
import { Cache, Context, Effect, Layer, Schema } from "effect"
import { Serialization, SerializationLive } from "effect-serialization"

export interface Report {
  readonly title: string
  readonly rows: ReadonlyArray<unknown>
}

/** There is no report of this name. */
export class ReportNotFound extends Schema.TaggedError<ReportNotFound>()("ReportNotFound", {
  name: Schema.String
}) {}

/** The report is longer than anybody should download. */
export class ReportTooLarge extends Schema.TaggedError<ReportTooLarge>()("ReportTooLarge", {
  name: Schema.String,
  limit: Schema.Number
}) {}

/** Where reports come from. */
export class ReportSource extends Context.Service<
  ReportSource,
  {
    load(name: string): Effect.Effect<Report, ReportNotFound>
  }
>()("app/ReportSource") {
  static readonly layerMemory = (reports: Readonly<Record<string, Report>>): Layer.Layer<ReportSource> =>
    Layer.succeed(ReportSource, {
      load: (name) =>
        Object.hasOwn(reports, name) ? Effect.succeed(reports[name]!) : Effect.fail(new ReportNotFound({ name }))
    })
}

const limit = 10_000_000

export class Reports extends Context.Service<
  Reports,
  {
    /** The JSON of a report. Two who ask for the same one at the same time wait for the same work. */
    download(name: string): Effect.Effect<Uint8Array, ReportNotFound | ReportTooLarge>
  }
>()("app/Reports") {
  static readonly layerNoDeps: Layer.Layer<Reports, never, ReportSource | Serialization> = Layer.effect(
    Reports,
    Effect.gen(function* () {
      const source = yield* ReportSource
      const serialization = yield* Serialization

      const make = Effect.fnUntraced(
        function* (name: string) {
          const report = yield* source.load(name)
          const { bytes } = yield* serialization.serializeToBytes(report, { maxSize: limit })
          return bytes
        },
        (effect, name) =>
          effect.pipe(
            Effect.catchReason("SerializationError", "SizeLimitExceeded", () =>
              Effect.fail(new ReportTooLarge({ name, limit }))
            ),
            // What is left (a cycle, a bigint) would be a mistake of ours: a defect, not something to handle.
            Effect.catchTag("SerializationError", Effect.die)
          )
      )

      const cache = yield* Cache.make({ lookup: make, capacity: 100, timeToLive: "5 minutes" })

      return Reports.of({ download: (name) => Cache.get(cache, name) })
    })
  )

  static readonly layer: Layer.Layer<Reports, never, ReportSource> = Layer.provide(this.layerNoDeps, SerializationLive)
}
