/**
 * `npm run dashboard`: a page that shows the event loop, the paths, the latencies and the pool live, and runs the same load
 * with `JSON.stringify`, with a naive pool and with this library. `PORT` chooses the port, 3000 unless told.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Config, Effect, Layer } from "effect"
import { server } from "./server.ts"

const program = Effect.gen(function* () {
  const port = yield* Config.Port("PORT").pipe(Config.withDefault(3000))
  yield* Effect.logInfo(`The dashboard is at http://localhost:${port}`)
  return yield* Layer.launch(server(port))
})

NodeRuntime.runMain(program)
