/**
 * Effect's own workers: the whole value is sent to a worker thread, the whole text comes back. Without a schema, which
 * would encode the value once more: this is the least that it costs.
 */
import { NodeWorker } from "@effect/platform-node"
import { Effect, Exit, Layer, Scope } from "effect"
import { WorkerPlatform } from "effect/workers/Worker"
import { Worker } from "node:worker_threads"
import type { Contender } from "./contender.ts"
import type { Answer, Request } from "./effectWorkersThread.ts"

const filename = new URL("./effectWorkersThread.ts", import.meta.url)

export const makeEffectWorkers = async (): Promise<Contender> => {
  const scope = Scope.makeUnsafe()
  const waiting = new Map<number, (answer: Answer) => void>()
  let next = 0
  const { send } = await Effect.gen(function* () {
    const context = yield* Layer.buildWithScope(
      NodeWorker.layer(() => new Worker(filename)),
      scope
    )
    const worker = yield* WorkerPlatform.use((platform) => platform.spawn<Answer, Request>(0)).pipe(
      Effect.provideContext(context)
    )
    const listen = worker.run((answer) =>
      Effect.sync(() => {
        waiting.get(answer.id)?.(answer)
        waiting.delete(answer.id)
      })
    )
    yield* Effect.forkIn(Effect.provideContext(listen, context), scope)
    return worker
  }).pipe(Effect.runPromise)
  return {
    name: "effect/workers",
    async run(value, output, sink, options) {
      const id = next++
      const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve))
      const bytes = output !== "string"
      await Effect.runPromise(send({ id, value, space: options?.space, bytes }))
      sink((await answer).text)
      return "worker"
    },
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
