/**
 * The load that the buttons run: the same document into bytes, again and again for some seconds, by one of three ways.
 */
import { Context, Effect, Fiber, Layer, Schedule } from "effect"
import { makeNaive } from "../bench/peers/naive.ts"
import { Serialization } from "../src/index.ts"
import { makeDocument } from "./document.ts"

export const ways = ["native", "naive", "library"] as const
export type Way = (typeof ways)[number]

export const isWay = (u: unknown): u is Way => ways.includes(u as Way)

const documentSize = 12_000_000
/** Long enough to see it in the chart. */
const loadTime = "12 seconds"
/** Between two documents, so that something else could be done. */
const pause = "150 millis"

export class Load extends Context.Service<
  Load,
  {
    /** Starts a load, in place of the one that runs. */
    start(way: Way): Effect.Effect<void>
    readonly stop: Effect.Effect<void>
    /** What runs at the moment, and how many documents each way has done. */
    readonly state: () => { readonly running: Way | undefined; readonly done: Readonly<Record<Way, number>> }
  }
>()("dashboard/Load") {
  static readonly layer = Layer.effect(
    Load,
    Effect.gen(function* () {
      const { serializeToBytes } = yield* Serialization
      const scope = yield* Effect.scope
      const naive = yield* Effect.acquireRelease(Effect.sync(makeNaive), (pool) => Effect.promise(() => pool.close()))
      const document = makeDocument(documentSize)
      const encoder = new TextEncoder()
      const done: Record<Way, number> = { native: 0, naive: 0, library: 0 }
      let running: Way | undefined
      let fiber: Fiber.Fiber<void> | undefined

      const once: Record<Way, Effect.Effect<unknown>> = {
        native: Effect.sync(() => encoder.encode(JSON.stringify(document))),
        naive: Effect.promise(() => naive.run(document, "bytes", () => {})),
        library: serializeToBytes(document, { label: "load" }).pipe(Effect.orDie)
      }

      const stop = Effect.suspend(() => (fiber === undefined ? Effect.void : Fiber.interrupt(fiber)))
      const start = Effect.fnUntraced(function* (way: Way) {
        yield* stop
        running = way
        fiber = yield* once[way].pipe(
          Effect.tap(() => Effect.sync(() => done[way]++)),
          Effect.repeat(Schedule.spaced(pause)),
          Effect.timeoutOption(loadTime),
          Effect.ensuring(Effect.sync(() => (running = undefined))),
          Effect.asVoid,
          Effect.forkIn(scope)
        )
      })
      return Load.of({ start, stop, state: () => ({ running, done: { ...done } }) })
    })
  )
}
