/** A pool whose answers are given by hand, so that a test decides what a call waits for. */
import { Effect, type Layer } from "effect"
import type * as SerializationLayer from "../../src/Layer.ts"
import type { Serialization } from "../../src/Serialization.ts"
import { turn } from "../fixtures/pool.ts"
import { inlineRun, mockedLayer } from "./values.ts"

export interface HandPool {
  readonly layer: Layer.Layer<Serialization>
  /** Frames that were sent and have no answer yet, the oldest first: each is called to answer it. */
  readonly unanswered: Array<() => void>
  /** Frames that were sent. */
  readonly sent: () => number
}

export const makeHandPool = (options?: SerializationLayer.LayerOptions): Effect.Effect<HandPool> =>
  Effect.map(inlineRun, (run) => {
    const unanswered: Array<() => void> = []
    let sent = 0
    const layer = mockedLayer(
      (task) =>
        Effect.callback((resume) => {
          sent++
          unanswered.push(() => resume(run(task)))
        }),
      options
    )
    return { layer, unanswered, sent: () => sent }
  })

/**
 * Waits until a figure is the same after some turns of the event loop. A call that begins does at least one step in each, and each but
 * the first makes a frame. Later on there may be many answers to take in before the next frame: then this is a pause, and no rest.
 */
export const atRest = Effect.fnUntraced(function* (figure: Effect.Effect<number>) {
  let last = yield* figure
  for (let same = 0; same < 5;) {
    yield* turn
    const now = yield* figure
    same = now === last ? same + 1 : 0
    last = now
  }
  return last
})
