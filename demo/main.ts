/**
 * `npm start [-- file.json]`: real data made into JSON by `JSON.stringify`, by a worker that gets the whole value, and
 * by this library, and parsed again by `JSON.parse`, a worker, and this library, while a ticking timer watches the event
 * loop.
=======
 * by this library, while a ticking timer watches the event loop. Then 20 MB as a model would read them, in a thousand tokens.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Option } from "effect"
import { Argument, Command } from "effect/cli"
import { basename } from "node:path"
import { dataSet } from "../bench/data.ts"
import { Serialization, SerializationLive } from "../src/index.ts"
import { inTokens } from "./inTokens.ts"
import { race, type Race } from "./race.ts"
import { legend, metricsText, resultTable, summary } from "./report.ts"
import { makeTicker } from "./ticker.ts"
import { makeWays, waysBack } from "./ways.ts"

interface Input {
  readonly name: string
  readonly what: string
  readonly load: Effect.Effect<unknown>
}

const packaged = ["bcd", "cities", "licenses", "coastlines", "atlas", "icons", "transcript"].map((name): Input => {
  const set = dataSet(name)
  return {
    name: set.source === "made" ? set.name : set.source,
    what: set.what,
    load: Effect.sync(() => set.load())
  }
})

/** A file of one's own: its JSON, or, if it holds none, its text as one string. */
const fromFile = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(path)
  const parsed = yield* Effect.option(Effect.try(() => JSON.parse(text) as unknown))
  const input: Input = {
    name: basename(path),
    what: Option.isSome(parsed) ? "your file" : "your file, no JSON: as one string",
    load: Effect.succeed(Option.getOrElse(parsed, () => text))
  }
  return input
})

const demo = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const own = Option.isSome(file) ? [yield* fromFile(file.value)] : []
  const ways = yield* makeWays
  const ticker = yield* Effect.acquireRelease(
    Effect.sync(() => makeTicker()),
    (ticker) => Effect.sync(() => ticker.stop())
  )
  const inputs = [...own, ...packaged]
  const races: Array<Race> = []
  const racesBack: Array<Race> = []
  for (const [i, { name, what, load }] of inputs.entries()) {
    ticker.say(`${i + 1}/${inputs.length} ${name}`)
    const value = yield* load
    const text = JSON.stringify(value)
    const bytes = Buffer.from(text)
    const about = { name, what, bytes: bytes.length }
    const there = { ...about, input: value, ways, isRight: (output: Uint8Array) => Buffer.compare(bytes, output) === 0 }
    races.push(yield* Effect.promise(() => race(there, ticker)))
    const isRight = (output: unknown) => JSON.stringify(output) === text
    racesBack.push(yield* Effect.promise(() => race({ ...about, input: bytes, ways: waysBack, isRight }, ticker)))
  }
  ticker.stop()
  const shown = yield* inTokens
  const { metrics } = yield* Serialization
  yield* Console.log(`\n${resultTable("to JSON", races)}\n\n${resultTable("and back", racesBack)}\n\n${legend}`)
  yield* Console.log(`\n${summary("to JSON, all data", races)}\n\n${summary("and back, all data", racesBack)}`)
  yield* Console.log(`\n${shown}`)
  yield* Console.log(`\nThe library's own metrics\n${metricsText(yield* metrics)}`)
})

Command.make(
  "start",
  {
    file: Argument.File("file", { mustExist: true }).pipe(
      Argument.withDescription("a file to serialize too: its JSON, or its text if it holds none"),
      Argument.optional
    )
  },
  ({ file }) => Effect.scoped(demo(file))
).pipe(
  Command.withDescription(
    "Serializes and parses real data in three ways each, and shows what each does to the event loop"
  ),
  Command.run({ version: "0.1.0" }),
  Effect.provide(SerializationLive),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
