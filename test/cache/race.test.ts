/**
 * No stale text: after an invalidation has returned, nothing that was computed before it is served, in any order of events.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type Faults, race, scheduler, seen, stepsOf } from "./support/race.ts"
import { isAll } from "../support/tier.ts"

const none: Faults = { stalls: false, losses: false }

const property = (processes: number, hasStore: boolean, isFenced: boolean, faults: Faults) =>
  fc.asyncProperty(scheduler(), stepsOf(processes, faults), async (scheduler, steps) => {
    const wrong = await race({ scheduler, steps, processes, hasStore, isFenced })
    if (wrong.length > 0) throw new Error(wrong.join("\n"))
  })

const some = (numRuns: number) => ({ numRuns: isAll ? numRuns : Math.ceil(numRuns / 4) })

describe("no stale text", () => {
  it("in a cache in memory", () => fc.assert(property(1, false, true, none), some(150)))

  it("in one over a store", () => fc.assert(property(1, true, true, none), some(100)))

  it("in three over one store", () => fc.assert(property(3, true, true, none), some(150)))

  it("in three over a store that stalls, with clocks that jump", () =>
    fc.assert(property(3, true, true, { stalls: true, losses: false }), some(80)))

  it("in three over a store that stalls, and whose messages are lost", () =>
    fc.assert(property(3, true, true, { stalls: true, losses: true }), some(80)))

  it("without the fences there is: in memory, and over a store", async () => {
    for (const [processes, hasStore] of [
      [1, false],
      [3, true]
    ] as const) {
      const before = { ...seen }
      const result = await fc.check(property(processes, hasStore, false, none), { numRuns: 300, endOnFailure: true })
      assert.isTrue(result.failed)
      assert.isAbove(seen.old, before.old)
    }
  })
})
