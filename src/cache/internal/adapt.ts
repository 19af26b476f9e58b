/**
 * A cache that gives way while memory is short, and grows back when it is not.
 */
import * as Effect from "effect/Effect"
import { realTimers } from "../../internal/turns/realTimers.ts"
import type { Core } from "./core.ts"
import { inTurns } from "../../internal/turns/stepsInTurns.ts"
import { elevatedFrom, normalBelow } from "./memoryReading.ts"
import { unrefSleep } from "./unrefSleep.ts"

/** Of `maxBytes`: how much the limit falls or grows in a step, and below what it never falls. */
const step = 0.05
const floor = 0.1
/** How long pressure has to be low before the limit grows. */
const coolDown = 30_000
/** Milliseconds of a turn that evicting takes. */
const turn = 1

/** What a cache asks of a monitor of the memory. */
export interface Pressure {
  readonly stats: Effect.Effect<{ readonly pressure: number; readonly level: "normal" | "elevated" | "critical" }>
  readonly interval: number
}

/** Fits the limit of a cache to the pressure, at each interval of the monitor. */
export const adapt = (core: Core, monitor: Pressure): Effect.Effect<never> => {
  const { maxBytes } = core.settings
  const { memory } = core
  let freeSince: number | undefined
  return Effect.forever(
    Effect.gen(function* () {
      yield* unrefSleep(monitor.interval)
      const { level, pressure } = yield* monitor.stats
      const now = core.now
      if (pressure < normalBelow) freeSince ??= now
      else freeSince = undefined
      const lowest = maxBytes * floor
      if (level === "critical") memory.limit = lowest
      else if (pressure >= elevatedFrom) {
        // From what it holds: a limit that falls to there from far above would give nothing back for seconds.
        memory.limit = Math.max(lowest, Math.min(memory.limit, memory.size) - maxBytes * step)
      } else if (freeSince !== undefined && now - freeSince >= coolDown) {
        memory.limit = Math.min(maxBytes, memory.limit + maxBytes * step)
      }
      if (memory.size > memory.limit) yield* shrink(core)
    })
  )
}

/** Evicts in turns: a hundred thousand small entries are a long hold. */
const shrink = (core: Core): Effect.Effect<true> =>
  inTurns(() => {
    const until = realTimers.now() + turn
    return core.memory.shrink("pressure", () => realTimers.now() >= until) ? true : undefined
  })
