/** Locks: who has one, for how long, and how it is lost. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Deferred, Effect, Exit, Fiber, Layer, Metric, Option, Schedule } from "effect"
import { TestClock } from "effect/testing"
import {
  DistributedLock,
  isLockError,
  type Lease,
  type LockErrorReason,
  type LockOptions
} from "../../src/cache/index.ts"
import type { LockKeeper } from "../../src/cache/internal/lock/lockKeeper.ts"
import { makeLock } from "../../src/cache/internal/lock/makeLock.ts"
import { makeMemoryKeeper } from "../../src/cache/internal/lock/memoryKeeper.ts"
import * as LockMetrics from "../../src/cache/LockMetrics.ts"

const memory = Layer.unwrap(Effect.sync(() => DistributedLock.layerMemory()))

/** Locks over a keeper in memory that a test has changed. */
const over = (change: (keeper: LockKeeper) => Partial<LockKeeper>, name = "test") =>
  Effect.suspend(() => {
    const keeper = makeMemoryKeeper()
    return Effect.map(makeLock({ ...keeper, ...change(keeper) }, { name, timeout: 500 }), (lock) => ({
      keeper,
      lock
    }))
  })

const reasonOf = (exit: Exit.Exit<unknown, unknown>): LockErrorReason["_tag"] | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  const error = Cause.squash(exit.cause)
  return isLockError(error) ? error.reason._tag : undefined
}

/** Holds a lock until it is told to let go; gives the lease when it has it. */
const hold = (lock: Pick<DistributedLock["Service"], "withLock">, name: string, options?: LockOptions) =>
  Effect.gen(function* () {
    const has = yield* Deferred.make<Lease>()
    const letGo = yield* Deferred.make<void>()
    let wasInterrupted = false
    const fiber = yield* Effect.forkChild(
      Effect.exit(
        lock.withLock(
          name,
          options
        )((lease) =>
          Effect.andThen(Deferred.succeed(has, lease), Deferred.await(letGo)).pipe(
            Effect.onInterrupt(() => Effect.sync(() => (wasInterrupted = true)))
          )
        )
      ),
      { startImmediately: true }
    )
    return {
      has,
      lease: Deferred.await(has),
      letGo: Effect.andThen(Deferred.succeed(letGo, undefined), Fiber.join(fiber)),
      end: Fiber.join(fiber),
      fiber,
      wasInterrupted: () => wasInterrupted
    }
  })

describe("a lock", () => {
  it.effect("has one holder at a time, and a greater fence for each", () =>
    Effect.gen(function* () {
      const lock = yield* DistributedLock
      const first = yield* hold(lock, "a")
      const { epoch, fence } = yield* first.lease
      const second = yield* hold(lock, "a")
      yield* TestClock.adjust("5 seconds")
      assert.isFalse(yield* Deferred.isDone(second.has))
      const other = yield* lock.withLock("b")(Effect.succeed)
      assert.isTrue(Exit.isSuccess(yield* first.letGo))
      yield* TestClock.adjust("1 second")
      const lease = yield* second.lease
      assert.strictEqual(lease.name, "a")
      assert.strictEqual(lease.epoch, epoch)
      assert.isAbove(lease.fence, fence)
      assert.isAbove(lease.fence, other.fence)
      yield* second.letGo
    }).pipe(Effect.provide(memory))
  )

  it.effect("gives what the work gives, and fails as it fails, and is given back", () =>
    Effect.gen(function* () {
      const lock = yield* DistributedLock
      assert.strictEqual(yield* lock.withLock("a")(() => Effect.succeed(1)), 1)
      assert.strictEqual(yield* Effect.flip(lock.withLock("a")(() => Effect.fail("no"))), "no")
      const died = yield* Effect.exit(lock.withLock("a")(() => Effect.die("broken")))
      assert.isTrue(Exit.isFailure(died) && Cause.hasDies(died.cause))
      const thrown = yield* Effect.exit(
        lock.withLock("a")((): Effect.Effect<void> => {
          throw new Error("broken")
        })
      )
      assert.isTrue(Exit.isFailure(thrown) && Cause.hasDies(thrown.cause))
      const holder = yield* hold(lock, "a")
      yield* holder.lease
      yield* Fiber.interrupt(holder.fiber)
      assert.deepStrictEqual(yield* lock.tryLock("a")(() => Effect.succeed(2)), Option.some(2))
    }).pipe(Effect.provide(memory))
  )

  it.effect("that somebody else has is none at once, or a timeout", () =>
    Effect.gen(function* () {
      const lock = yield* DistributedLock
      const holder = yield* hold(lock, "a")
      yield* holder.lease
      assert.isTrue(Option.isNone(yield* lock.tryLock("a")(() => Effect.succeed(1))))
      const now = yield* Effect.exit(lock.withLock("a", { wait: 0 })(() => Effect.succeed(1)))
      assert.strictEqual(reasonOf(now), "LockTimeout")
      const waiter = yield* hold(lock, "a", { wait: "2 seconds" })
      yield* TestClock.adjust("1999 millis")
      assert.isUndefined(waiter.fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      const late = yield* waiter.end
      assert.strictEqual(reasonOf(late), "LockTimeout")
      assert.include(String(Exit.isFailure(late) && Cause.squash(late.cause)), '"a" was not to be had within 2s')
      yield* holder.letGo
    }).pipe(Effect.provide(memory))
  )

  it.effect("is asked for as its schedule says", () =>
    Effect.gen(function* () {
      let asked = 0
      const { lock } = yield* over((keeper) => ({
        acquire: (...args) =>
          Effect.andThen(
            Effect.sync(() => asked++),
            keeper.acquire(...args)
          )
      }))
      const holder = yield* hold(lock, "a")
      yield* holder.lease
      asked = 0
      const retry = Schedule.spaced("100 millis")
      const waiter = yield* hold(lock, "a", { retry, wait: "1 minute" })
      assert.strictEqual(asked, 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(asked, 11)
      yield* Fiber.interrupt(waiter.fiber)

      asked = 0
      const usual = yield* hold(lock, "a", { wait: "1 minute" })
      yield* TestClock.adjust("10 seconds")
      // From 50 ms up to 500, each between 0.8 and 1.2 of that.
      assert.isAtLeast(asked, 18)
      assert.isAtMost(asked, 30)
      yield* Fiber.interrupt(usual.fiber)
      yield* holder.letGo
    })
  )

  it.effect("is prolonged while the work runs", () =>
    Effect.gen(function* () {
      const renewed: Array<number> = []
      const { lock } = yield* over((keeper) => ({
        renew: (...args) =>
          Effect.andThen(
            Effect.map(Clock.currentTimeMillis, (now) => renewed.push(now)),
            keeper.renew(...args)
          )
      }))
      const holder = yield* hold(lock, "a", { lease: "3 seconds" })
      yield* holder.lease
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(renewed.slice(0, 3), [1000, 2000, 3000])
      assert.isTrue(Option.isNone(yield* lock.tryLock("a")(() => Effect.void)))
      assert.isTrue(Exit.isSuccess(yield* holder.letGo))
      const count = renewed.length
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(renewed.length, count)
    })
  )

  it.effect("begins to count when it is had, however long it was waited for", () =>
    Effect.gen(function* () {
      const lock = yield* DistributedLock
      const holder = yield* hold(lock, "a")
      yield* holder.lease
      const waiter = yield* hold(lock, "a", { wait: "5 minutes" })
      yield* TestClock.adjust("1 minute")
      yield* holder.letGo
      yield* TestClock.adjust("1 minute")
      yield* waiter.lease
      assert.isTrue(Exit.isSuccess(yield* waiter.letGo))
    }).pipe(Effect.provide(memory))
  )

  it.effect("of one millisecond more than the shortest holds as well", () =>
    Effect.gen(function* () {
      const lock = yield* DistributedLock
      const holder = yield* hold(lock, "a", { lease: 11 })
      yield* holder.lease
      yield* TestClock.adjust("1 second")
      assert.isTrue(Exit.isSuccess(yield* holder.letGo))
    }).pipe(Effect.provide(memory))
  )
})

describe("a lock is lost", () => {
  it.effect("when who keeps it says so: the work is interrupted", () =>
    Effect.gen(function* () {
      const { keeper, lock } = yield* over((keeper) => ({
        acquire: (name, token, lease) => keeper.acquire(name, name === "a" ? "the same" : token, lease),
        renew: (name, _, lease) => keeper.renew(name, "the same", lease)
      }))
      const holder = yield* hold(lock, "a")
      const { fence } = yield* holder.lease
      yield* keeper.release("a", "the same")
      yield* TestClock.adjust("3 seconds")
      assert.isFalse(holder.wasInterrupted())
      yield* TestClock.adjust("1 second")
      const exit = yield* holder.end
      assert.isTrue(holder.wasInterrupted())
      assert.strictEqual(reasonOf(exit), "LockLost")
      assert.include(String(Exit.isFailure(exit) && Cause.squash(exit.cause)), `fence ${fence}`)
    })
  )

  it.effect("when it was not prolonged for nine tenths of its lease", () =>
    Effect.gen(function* () {
      for (const renew of [() => Effect.fail("down"), () => Effect.never]) {
        const { lock } = yield* over(() => ({ renew }))
        const holder = yield* hold(lock, "a")
        yield* holder.lease
        yield* TestClock.adjust("8999 millis")
        assert.isFalse(holder.wasInterrupted())
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(reasonOf(yield* holder.end), "LockLost")
        assert.isTrue(holder.wasInterrupted())
      }
    })
  )

  it.effect("counted from when it was asked to be prolonged, not from the answer", () =>
    Effect.gen(function* () {
      let isUp = true
      const { lock } = yield* over((keeper) => ({
        renew: (...args) =>
          Effect.suspend((): Effect.Effect<boolean, unknown> => {
            if (!isUp) return Effect.fail("down")
            isUp = false
            return Effect.andThen(Effect.sleep("400 millis"), keeper.renew(...args))
          })
      }))
      const holder = yield* hold(lock, "a", { lease: "3 seconds" })
      yield* holder.lease
      // Asked after one second.
      yield* TestClock.adjust("3699 millis")
      assert.isFalse(holder.wasInterrupted())
      yield* TestClock.adjust("1 millis")
      assert.isTrue(holder.wasInterrupted())
      yield* holder.end
    })
  )

  it.effect("but not when a single attempt to prolong it fails", () =>
    Effect.gen(function* () {
      let attempts = 0
      const { lock } = yield* over((keeper) => ({
        renew: (...args) =>
          Effect.suspend((): Effect.Effect<boolean, unknown> =>
            ++attempts % 3 === 0 ? keeper.renew(...args) : attempts % 3 === 1 ? Effect.fail("down") : Effect.never
          )
      }))
      const holder = yield* hold(lock, "a")
      yield* holder.lease
      yield* TestClock.adjust("2 minutes")
      assert.isAbove(attempts, 30)
      assert.isTrue(Exit.isSuccess(yield* holder.letGo))
    })
  )

  it.effect("when either clock says that its time is over", () =>
    Effect.gen(function* () {
      for (const jumps of ["wall", "monotonic"] as const) {
        let ahead = 0
        const real = yield* Clock.Clock
        const clock: Clock.Clock = {
          ...real,
          sleep: (duration) => real.sleep(duration),
          currentTimeMillisUnsafe: () => real.currentTimeMillisUnsafe() + (jumps === "wall" ? ahead : 0),
          monotonicTimeNanosUnsafe: () =>
            real.monotonicTimeNanosUnsafe() + (jumps === "monotonic" ? BigInt(ahead) * 1_000_000n : 0n)
        }
        const { lock } = yield* Effect.provideService(
          over(() => ({})),
          Clock.Clock,
          clock
        )
        const holder = yield* hold(lock, "a")
        yield* holder.lease
        ahead = 8_000
        yield* TestClock.adjust("900 millis")
        assert.isFalse(holder.wasInterrupted(), jumps)
        ahead = 9_000
        // The work is done, and nobody has noticed yet.
        assert.strictEqual(reasonOf(yield* holder.letGo), "LockLost", jumps)
      }
    })
  )

  it.effect("also when that turns out at the end: the work is done, and the call fails", () =>
    Effect.gen(function* () {
      const { lock } = yield* over((keeper) => ({ release: (...args) => Effect.as(keeper.release(...args), false) }))
      assert.strictEqual(reasonOf(yield* Effect.exit(lock.withLock("a")(() => Effect.void))), "LockLost")
      // A failure of the work says more.
      assert.strictEqual(yield* Effect.flip(lock.withLock("a")(() => Effect.fail("no"))), "no")
    })
  )

  it.effect("and its holder may ask", () =>
    Effect.gen(function* () {
      let isUp = true
      const { keeper, lock } = yield* over((keeper) => ({
        acquire: (name, _, lease) => keeper.acquire(name, "the same", lease),
        renew: (name, _, lease) =>
          Effect.suspend((): Effect.Effect<boolean, unknown> =>
            isUp ? keeper.renew(name, "the same", lease) : Effect.fail("down")
          ),
        release: (name) => keeper.release(name, "the same")
      }))
      const holder = yield* hold(lock, "a")
      const { isHeld } = yield* holder.lease
      assert.isTrue(yield* isHeld)
      isUp = false
      assert.isFalse(yield* isHeld)
      isUp = true
      assert.isTrue(yield* isHeld)
      // It prolongs as well: 2 + 8 seconds are more than the lease.
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(yield* isHeld)
      yield* keeper.release("a", "the same")
      assert.isFalse(yield* isHeld)
      assert.strictEqual(reasonOf(yield* holder.letGo), "LockLost")
      assert.isFalse(yield* isHeld)
    })
  )
})

describe("a keeper of locks that does not answer", () => {
  it.effect("is waited for as for a lock, and then said to be unavailable", () =>
    Effect.gen(function* () {
      let isUp = false
      const { lock } = yield* over((keeper) => ({
        acquire: (...args) =>
          Effect.suspend((): ReturnType<LockKeeper["acquire"]> => (isUp ? keeper.acquire(...args) : Effect.never))
      }))
      const first = yield* hold(lock, "a", { wait: "10 seconds" })
      const second = yield* hold(lock, "a", { wait: "1 minute" })
      const tried = yield* Effect.forkChild(Effect.exit(lock.tryLock("a")(() => Effect.void)), {
        startImmediately: true
      })
      yield* TestClock.adjust("499 millis")
      assert.isUndefined(tried.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(reasonOf(yield* Fiber.join(tried)), "LockUnavailable")
      yield* TestClock.adjust("9500 millis")
      assert.strictEqual(reasonOf(yield* first.end), "LockUnavailable")
      isUp = true
      yield* TestClock.adjust("2 seconds")
      yield* second.lease
      yield* second.letGo
    })
  )

  it.effect("gets back what it may have given", () =>
    Effect.gen(function* () {
      let isDeaf = true
      const { keeper, lock } = yield* over((keeper) => ({
        acquire: (...args) => Effect.andThen(keeper.acquire(...args), isDeaf ? Effect.never : keeper.acquire(...args))
      }))
      yield* Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.exit(lock.tryLock("a")(() => Effect.void)), {
          startImmediately: true
        })
        assert.isUndefined(yield* keeper.acquire("a", "other", 1000))
        yield* TestClock.adjust("500 millis")
        assert.strictEqual(reasonOf(yield* Fiber.join(fiber)), "LockUnavailable")
      })
      isDeaf = false
      assert.isTrue(Option.isSome(yield* lock.tryLock("a")(() => Effect.void)))

      isDeaf = true
      const waiter = yield* hold(lock, "a")
      yield* Fiber.interrupt(waiter.fiber)
      isDeaf = false
      assert.isTrue(Option.isSome(yield* lock.tryLock("a")(() => Effect.void)))
    })
  )

  it.effect("holds nobody up for more than a second at the end", () =>
    Effect.gen(function* () {
      const { lock } = yield* over(() => ({ release: () => Effect.never }))
      const fiber = yield* Effect.forkChild(
        lock.withLock("a")(() => Effect.succeed("done")),
        { startImmediately: true }
      )
      yield* TestClock.adjust("999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(fiber), "done")
    })
  )
})

describe("options of locks", () => {
  it.effect("are checked", () =>
    Effect.gen(function* () {
      const lock = yield* DistributedLock
      const fails = (name: string, options: object) =>
        Effect.map(
          Effect.flip(lock.withLock(name, options)(() => Effect.void)),
          ({ message, reason }) => `${reason._tag}: ${message}`
        )
      assert.include(yield* fails("", {}), "InvalidKey")
      assert.include(yield* fails("a", { lease: 9 }), "InvalidOptions: Expected `lease`")
      assert.include(yield* fails("a", { lease: Infinity }), "InvalidOptions: Expected `lease`")
      assert.include(yield* fails("a", { wait: "soon" }), "InvalidOptions: Expected `wait`")
      assert.include(yield* fails("a", { retry: 100 }), "InvalidOptions: Expected `retry`")
      assert.include(yield* fails("a", "10 seconds" as unknown as object), "InvalidOptions: Expected `options`")
      const wrongs: ReadonlyArray<object> = [{ name: "" }, { timeout: 0 }, { timeout: "soon" }]
      for (const options of wrongs) {
        const exit = yield* Effect.exit(Effect.scoped(Layer.build(DistributedLock.layerMemory(options))))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      }
    }).pipe(Effect.provide(memory))
  )

  it("errors tell themselves apart", () => {
    assert.isFalse(isLockError(new Error("no")))
    assert.isFalse(isLockError(undefined))
  })
})

describe("metrics of locks", () => {
  const series = Effect.map(Metric.snapshot, (all) =>
    Object.fromEntries(
      all
        .filter(({ attributes, id }) => id.startsWith("effect_serialization.lock.") && attributes?.["name"] === "m")
        .map(({ attributes, id, state }) => [
          `${id.slice("effect_serialization.lock.".length)} ${attributes?.["result"] ?? ""}`.trim(),
          "count" in state ? Number(state.count) : undefined
        ])
    )
  )

  it.effect("count from zero, and end with the layer", () =>
    Effect.gen(function* () {
      yield* Effect.gen(function* () {
        const { lock } = yield* over(() => ({ renew: () => Effect.succeed(false) }), "m")
        assert.deepStrictEqual(yield* series, {
          "acquisitions acquired": 0,
          "acquisitions busy": 0,
          "acquisitions timeout": 0,
          "acquisitions unavailable": 0,
          "wait.duration": 0,
          lost: 0
        })
        const holder = yield* hold(lock, "a")
        yield* holder.lease
        yield* lock.tryLock("a")(() => Effect.void)
        yield* Effect.exit(lock.withLock("a", { wait: 0 })(() => Effect.void))
        const stopped = yield* hold(lock, "a")
        yield* Fiber.interrupt(stopped.fiber)
        const waiter = yield* hold(lock, "a", { lease: "1 second" })
        yield* holder.letGo
        yield* TestClock.adjust("1 second")
        yield* waiter.lease
        yield* TestClock.adjust("1 second")
        assert.strictEqual(reasonOf(yield* waiter.end), "LockLost")
        yield* lock.tryLock("a")(() => Effect.void)
        assert.deepStrictEqual(yield* series, {
          "acquisitions acquired": 3,
          "acquisitions busy": 1,
          "acquisitions timeout": 1,
          "acquisitions unavailable": 0,
          "wait.duration": 2,
          lost: 1
        })
      }).pipe(Effect.scoped)
      assert.deepStrictEqual(yield* series, {})
    })
  )

  it("each handle is exported", () => {
    assert.deepStrictEqual(
      Object.values(LockMetrics)
        .map(({ id }) => id)
        .toSorted(),
      ["acquisitions", "lost", "wait.duration"].map((id) => `effect_serialization.lock.${id}`)
    )
  })
})
