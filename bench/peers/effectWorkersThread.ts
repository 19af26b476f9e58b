/** The thread behind `effectWorkers.ts`. */
import { NodeRuntime, NodeWorkerRunner } from "@effect/platform-node"
import { Effect } from "effect"
import { WorkerRunnerPlatform } from "effect/workers/WorkerRunner"

export interface Request {
  readonly id: number
  readonly value: unknown
  readonly space: string | number | undefined
  readonly bytes: boolean
}

export interface Answer {
  readonly id: number
  readonly text: string | Uint8Array<ArrayBuffer>
}

const encoder = new TextEncoder()

const serve = Effect.gen(function* () {
  const platform = yield* WorkerRunnerPlatform
  const runner = yield* platform.start<Answer, Request>()
  yield* runner.run((port, { id, value, space, bytes }) => {
    const text = JSON.stringify(value, null, space)
    if (!bytes) return runner.send(port, { id, text })
    const encoded = encoder.encode(text)
    return runner.send(port, { id, text: encoded }, [encoded.buffer])
  })
})

NodeRuntime.runMain(Effect.provide(serve, NodeWorkerRunner.layer))
