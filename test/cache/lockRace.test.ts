/**
 * What callers of a lock get is what a lock gives that is one thing in one place, in any order of events.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import type { LockKeeper } from "../../src/cache/internal/lock/lockKeeper.ts"
import { makeMemoryKeeper } from "../../src/cache/internal/lock/memoryKeeper.ts"
import { isLinearizable } from "./support/linearizable.ts"
import { lockRace, lockSeen, lockSteps } from "./support/lockRace.ts"
import { scheduler } from "./support/race.ts"
import { generated } from "../support/tier.ts"

const property = (hasExpiry: boolean, change: (keeper: LockKeeper) => LockKeeper = (keeper) => keeper) =>
  fc.asyncProperty(scheduler(), lockSteps(hasExpiry), async (scheduler, steps) => {
    const keeper = change(makeMemoryKeeper())
    const wrong = await lockRace({ scheduler, steps, name: "a", keeper, expire: () => Promise.resolve() })
    if (wrong !== undefined) throw new Error(wrong)
  })

describe("histories of locks", () => {
  it("are those of one lock", async () => {
    await fc.assert(property(false), { numRuns: generated(1000) })
    assert.strictEqual(lockSeen.lost, 0)
    assert.isAbove(lockSeen.had, 0)
    assert.isAbove(lockSeen.busy, 0)
  })

  it("also when leases expire", async () => {
    await fc.assert(property(true), { numRuns: generated(1000) })
    assert.isAbove(lockSeen.lost, 0)
  })

  it("are not, if two get it, if fences stand still, or if anybody's lock is given back", async () => {
    const broken: ReadonlyArray<(keeper: LockKeeper) => LockKeeper> = [
      (keeper) => ({ ...keeper, acquire: (name, _, lease) => keeper.acquire(name, "all are one", lease) }),
      (keeper) => ({
        ...keeper,
        acquire: (...args) => Effect.map(keeper.acquire(...args), (grant) => grant && { ...grant, fence: 1 })
      }),
      (keeper) => {
        let last = ""
        return {
          ...keeper,
          acquire: (name, token, lease) =>
            Effect.tap(keeper.acquire(name, token, lease), (grant) => Effect.sync(() => grant && (last = token))),
          release: (name) => Effect.as(keeper.release(name, last), true)
        }
      }
    ]
    for (const change of broken) {
      const result = await fc.check(property(true, change), { numRuns: 500, endOnFailure: true })
      assert.isTrue(result.failed)
    }
  })

  it("the search finds an order, or none", () => {
    const write = (value: number, called: number, returned: number) => ({
      what: "",
      called,
      returned,
      apply: () => value
    })
    const read = (value: number, called: number, returned: number) => ({
      what: "",
      called,
      returned,
      apply: (state: number) => (state === value ? state : undefined)
    })
    assert.isTrue(isLinearizable([write(1, 1, 4), read(0, 2, 3)], 0, String))
    assert.isTrue(isLinearizable([write(1, 1, 4), read(1, 2, 3)], 0, String))
    assert.isFalse(isLinearizable([write(1, 1, 2), read(0, 3, 4)], 0, String))
    assert.isFalse(isLinearizable([write(1, 1, 6), read(1, 2, 3), read(0, 4, 5)], 0, String))
  })
})
