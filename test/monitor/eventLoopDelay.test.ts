import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Serialization, SerializationLayer } from "effect-serialization"
import { EventLoopMonitor } from "effect-serialization/EventLoopMonitor"
import { EventLoopWatch, isExactIn } from "../../src/internal/monitor/eventLoopDelay.ts"
import { turn, until } from "../fixtures/pool.ts"
import { exported, valueOf, withRegistry } from "../support/ops.ts"

const block = (milliseconds: number): void => {
  const begin = performance.now()
  while (performance.now() - begin < milliseconds);
}

const monitored = <A, E>(
  isExact: boolean,
  use: (watch: EventLoopWatch) => Effect.Effect<A, E>,
  window = 60_000,
  resolution = 10
) =>
  Effect.acquireUseRelease(
    Effect.sync(() => new EventLoopWatch(window, resolution, isExact)),
    use,
    (watch) => Effect.sync(() => watch.close())
  )

const modes = isExactIn(process.version) ? [true, false] : [false]

describe("event-loop monitor", () => {
  it("knows the versions of Node that measure each iteration", () => {
    const exact = ["v24.21.0", "v24.30.1", "v26.5.0", "v26.10.0", "v27.0.0", "v28.1.0-nightly"]
    const inexact = ["v22.99.0", "v24.0.0", "v24.20.9", "v25.9.0", "v26.0.0", "v26.4.9"]
    assert.deepStrictEqual(
      exact.map(isExactIn),
      exact.map(() => true)
    )
    assert.deepStrictEqual(
      inexact.map(isExactIn),
      inexact.map(() => false)
    )
  })

  for (const isExact of modes) {
    const mode = isExact ? "exact" : "timer"

    it.live(`${mode}: sees a hold of the loop, and its reader takes nothing away`, () =>
      monitored(isExact, (watch) =>
        Effect.gen(function* () {
          // A timer mode that has not begun sees nothing.
          yield* until(() => watch.hasBegun)
          block(200)
          yield* until(() => watch.maxSinceStart >= 185)
          const first = watch.delays()
          const second = watch.delays()
          assert.isAtLeast(first.max, 185)
          assert.deepStrictEqual(second.max, first.max)
        })
      )
    )

    it.live(`${mode}: an old hold leaves the window, and stays the longest since the start`, () =>
      monitored(
        isExact,
        (watch) =>
          Effect.gen(function* () {
            yield* until(() => watch.hasBegun)
            block(1_000)
            yield* until(() => watch.maxSinceStart >= 985)
            yield* until(() => watch.delays().max < 985)
            assert.isAtLeast(watch.maxSinceStart, 985)
          }),
        100
      )
    )
  }

  it.live("timer: the timer's own interval is no delay", () =>
    monitored(
      false,
      (watch) =>
        Effect.gen(function* () {
          yield* until(() => watch.hasBegun)
          // One hold, so that the mean is above nothing. What Node records is never below the interval, however idle the loop is.
          block(70)
          yield* until(() => watch.delays().mean > 0 && watch.delays().min < 25)
        }),
      60_000,
      50
    )
  )

  if (isExactIn(process.version)) {
    it.live("exact: the time for which an idle loop sleeps is no delay", () =>
      monitored(true, (watch) =>
        Effect.gen(function* () {
          const since = performance.eventLoopUtilization()
          const begin = performance.now()
          const idle = () => performance.eventLoopUtilization(since).idle
          // On a machine that does other things the loop may have no time to sleep.
          while (idle() < 400) yield* Effect.sleep("500 millis")
          const slept = idle()
          yield* turn
          assert.isBelow(watch.maxSinceStart, performance.now() - begin - slept / 2)
        })
      )
    )
  }

  it.live("gives the snapshot of a layer its maxEventLoopLag while it runs, and exports seconds", () =>
    withRegistry(
      Effect.gen(function* () {
        const { metrics } = yield* Serialization
        assert.isUndefined((yield* metrics).maxEventLoopLag)
        yield* Effect.gen(function* () {
          const { stats } = yield* EventLoopMonitor
          yield* until(() => Effect.runSync(stats).mean > 0)
          block(200)
          yield* until(() => Effect.runSync(stats).maxLag >= 185)
          assert.isAtLeast((yield* metrics).maxEventLoopLag!, 185)
          assert.isAtLeast((yield* stats).maxLagInWindow, 185)
          const families = yield* exported
          const max = valueOf(families, "nodejs_eventloop_delay_max")
          assert.isAtLeast(max, 0.185)
          assert.isBelow(max, 185)
          assert.isAtMost(valueOf(families, "nodejs_eventloop_utilization"), 1)
        }).pipe(Effect.provide(EventLoopMonitor.layer()))
        assert.isUndefined((yield* metrics).maxEventLoopLag)
        assert.throws(() => valueOf([], "nodejs_eventloop_delay_max"))
      })
    ).pipe(Effect.provide(SerializationLayer.layerSliced()))
  )

  it.effect("refuses options that make no sense", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Layer.build(EventLoopMonitor.layer({ window: 0 })))
      assert.match(String(exit), /window/)
    })
  )
})
