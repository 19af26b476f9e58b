/**
 * A program that uses the service of `Reports.ts`, and handles its errors.
 *
 * In a clone, run it with `npm run build` and `npx node examples/reports/main.ts`.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { Reports, ReportSource } from "./Reports.ts"

const rows = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, product: `product ${id % 97}`, sold: (id * 7919) % 1000 }))

const Source = ReportSource.layerMemory({
  sales: { title: "Sales", rows: rows(50_000) },
  everything: { title: "Everything", rows: rows(500_000) }
})

const program = Effect.gen(function* () {
  const reports = yield* Reports
  const names = ["sales", "everything", "nothing"]
  yield* Effect.forEach(
    names,
    (name) =>
      reports.download(name).pipe(
        Effect.map((bytes) => `${bytes.length} bytes`),
        Effect.catchTags({
          ReportNotFound: () => Effect.succeed("no such report"),
          ReportTooLarge: (error) => Effect.succeed(`over ${error.limit} bytes`)
        }),
        Effect.flatMap((text) => Console.log(`${name}: ${text}`))
      ),
    { concurrency: "unbounded" }
  )
})

program.pipe(Effect.provide(Layer.provide(Reports.layer, Source)), NodeRuntime.runMain)
