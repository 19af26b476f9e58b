/** A bound that leaves time for an answer, however busy the process was meanwhile. */
import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { within } from "../../src/cache/internal/within.ts"

const answering = `
  const { parentPort } = require("node:worker_threads")
  parentPort.on("message", () => parentPort.postMessage("the answer"))
  parentPort.postMessage("ready")
`

it.live("a question that the process was too busy to send has time left", () =>
  Effect.gen(function* () {
    const thread = yield* Effect.acquireRelease(
      Effect.sync(() => new Worker(answering, { eval: true })),
      (thread) => Effect.promise(() => thread.terminate())
    )
    yield* Effect.promise(() => once(thread, "message"))
    const answer = Effect.callback<unknown>((resume) => {
      thread.once("message", (message) => resume(Effect.succeed(message)))
      setImmediate(() => thread.postMessage("a question"))
    })
    const bounded = within(answer, 1_000, () => Effect.succeed("too late"))
    while (true) {
      const fiber = yield* Effect.forkChild(bounded, { startImmediately: true })
      const began = performance.now()
      while (performance.now() < began + 1_100);
      const free = performance.now()
      const said = yield* Fiber.join(fiber)
      // The other half was there, and the thread has not got a core in it.
      if (said === "too late" && performance.now() - free > 490) continue
      assert.strictEqual(said, "the answer")
      return
    }
  })
)

it.live("what does not come ends with what is given instead", () =>
  Effect.gen(function* () {
    let isStopped = false
    const never = Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (isStopped = true)))
    assert.strictEqual(yield* within(never, 20, () => Effect.succeed("too late")), "too late")
    assert.isTrue(isStopped)
  })
)
