/** Locks over Redis: across processes, and on Redis's bad days. */
import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer, Option } from "effect"
import * as fc from "fast-check"
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { createCluster, createSentinel } from "redis"
import { afterAll, beforeAll } from "vitest"
import { DistributedLock, type Lease } from "../../../src/cache/index.ts"
import { asBytes } from "../../../src/cache/internal/redis/ports.ts"
import { makeRedisKeeper } from "../../../src/cache/internal/redis/redisKeeper.ts"
import * as RedisStore from "../../../src/cache/RedisStore.ts"
import { generated, isAll } from "../../support/tier.ts"
import { lockRace, lockSeen, lockSteps } from "../support/lockRace.ts"
import { scheduler } from "../support/race.ts"
import { describeRedis } from "./support/available.ts"
import { startCluster } from "./support/cluster.ts"
import { eventually } from "./support/eventually.ts"
import { connect, RedisServer } from "./support/redisServer.ts"
import { startSentinel } from "./support/sentinel.ts"

/** Locks that are connected. */
const locks = (layer: Layer.Layer<DistributedLock>) =>
  Effect.gen(function* () {
    const context = yield* Layer.build(Layer.fresh(layer))
    const lock = Context.get(context, DistributedLock)
    yield* lock.withLock("connected")(() => Effect.void)
    return lock
  })

const leaseOf = (lock: DistributedLock["Service"], name = "a") => lock.withLock(name)(Effect.succeed)

/** Where nothing is to be late: a machine that stands still for seconds is waited for. */
const timeout = "20 seconds"
const lease = "1 minute"

describeRedis("locks over Redis", () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  it.live("are one lock for several processes", () =>
    Effect.gen(function* () {
      const first = yield* locks(RedisStore.layerLock({ url: server.url }, { timeout }))
      const second = yield* locks(RedisStore.layerLock({ url: server.url }, { timeout }))
      const others = yield* locks(RedisStore.layerLock({ url: server.url }, { name: "others", timeout }))
      const had: Array<Lease> = []
      yield* first.withLock("a", { lease })((lease) =>
        Effect.gen(function* () {
          had.push(lease)
          assert.isTrue(yield* lease.isHeld)
          assert.isTrue(Option.isNone(yield* second.tryLock("a")(() => Effect.void)))
          assert.isTrue(Option.isSome(yield* second.tryLock("b")(() => Effect.void)))
          assert.isTrue(Option.isSome(yield* others.tryLock("a")(() => Effect.void)))
        })
      )
      had.push(yield* leaseOf(second), yield* leaseOf(first))
      assert.isTrue(
        had.every(({ epoch, fence }, i) => epoch === had[0]!.epoch && (i === 0 || fence > had[i - 1]!.fence))
      )
    })
  )

  it("histories are those of one lock", async () => {
    using client = await connect(server.url)
    const port = {
      command: (_: string, args: ReadonlyArray<string | Uint8Array>) =>
        client.sendCommand(args as Array<string>, asBytes),
      subscribe: () => () => {}
    }
    const keeper = makeRedisKeeper(port, "race")
    let races = 0
    const before = { ...lockSeen }
    await fc.assert(
      fc.asyncProperty(scheduler(), lockSteps(true), async (scheduler, steps) => {
        const name = `race ${++races}`
        const expire = () => client.del(`{v1-lock:race}:l:${name}`)
        const wrong = await lockRace({ scheduler, steps, name, keeper, expire })
        if (wrong !== undefined) throw new Error(wrong)
      }),
      { numRuns: generated(300) }
    )
    for (const what of ["had", "busy", "lost"] as const) assert.isAbove(lockSeen[what], before[what], what)
  })

  it("a holder that was frozen beyond its lease: its write is refused, and its work interrupted", async () => {
    const account = { epoch: "", fence: 0 }
    const heard = { written: 0, refused: 0, interrupted: false, ended: "" }
    const child = fork(fileURLToPath(new URL("fixtures/lockHolder.ts", import.meta.url)), [server.url])
    child.on("message", (message) => {
      const { ended, interrupted, write } = message as {
        readonly write?: { readonly epoch: string; readonly fence: number }
        readonly interrupted?: true
        readonly ended?: string
      }
      if (interrupted !== undefined) heard.interrupted = true
      if (ended !== undefined) heard.ended = ended
      if (write === undefined) return
      if (account.epoch === write.epoch && write.fence < account.fence) return void heard.refused++
      Object.assign(account, write)
      heard.written++
    })
    // What it has said last is heard before its channel ends, which may be after its own end.
    const exit = Promise.all([once(child, "exit"), once(child, "disconnect")])
    await eventually("it has written", () => heard.written > 0)
    child.kill("SIGSTOP")
    // Whoever comes next gets the lock when the lease is over.
    const write = Effect.gen(function* () {
      const lock = yield* locks(RedisStore.layerLock({ url: server.url }))
      return yield* leaseOf(lock, "account")
    })
    const { epoch, fence } = await Effect.runPromise(Effect.scoped(write))
    assert.strictEqual(epoch, account.epoch)
    assert.isAbove(fence, account.fence)
    Object.assign(account, { epoch, fence })
    child.kill("SIGCONT")
    await exit
    assert.isTrue(heard.interrupted)
    assert.strictEqual(heard.ended, "LockLost")
    assert.deepStrictEqual(account, { epoch, fence })
  })

  it.live("an empty restart loses the lock, and begins another epoch", () =>
    Effect.gen(function* () {
      const lock = yield* locks(RedisStore.layerLock({ url: server.url }))
      const { epoch } = yield* leaseOf(lock)
      const lost = yield* Effect.flip(
        lock.withLock("a", { lease: "1 second" })(() =>
          Effect.andThen(
            Effect.promise(async () => {
              await server.kill()
              await server.restart()
            }),
            Effect.never
          )
        )
      )
      assert.strictEqual(lost.reason._tag, "LockLost")
      assert.notStrictEqual((yield* leaseOf(lock)).epoch, epoch)
    })
  )

  it.live("another server begins another epoch, and fences go on", () =>
    Effect.gen(function* () {
      const lock = yield* locks(RedisStore.layerLock({ url: server.url }))
      const { epoch, fence } = yield* leaseOf(lock)
      // As a replica has it: everything, and the name of the server that wrote it.
      yield* Effect.promise(() => server.command("HSET", "{v1-lock:default}:m", "r", "of the master"))
      const lease = yield* leaseOf(lock)
      assert.notStrictEqual(lease.epoch, epoch)
      assert.isAbove(lease.fence, fence)
      assert.strictEqual((yield* leaseOf(lock)).epoch, lease.epoch)
    })
  )

  it.live("while Redis is stopped: unavailable, lost, and given back within bounds", () =>
    Effect.gen(function* () {
      const lock = yield* locks(RedisStore.layerLock({ url: server.url }))
      yield* Effect.addFinalizer(() => Effect.sync(() => server.resume()))
      const pause = Effect.sync(() => server.pause())
      // Each of these ends although nothing answers.
      assert.strictEqual(yield* lock.withLock("a")(() => Effect.as(pause, "done")), "done")
      const tried = yield* Effect.flip(lock.tryLock("b")(() => Effect.void))
      assert.strictEqual(tried.reason._tag, "LockUnavailable")
      server.resume()
      yield* leaseOf(lock, "b")
      const lost = yield* Effect.flip(
        lock.withLock("c", { lease: "500 millis" })(() => Effect.andThen(pause, Effect.never))
      )
      assert.strictEqual(lost.reason._tag, "LockLost")
    })
  )

  it.runIf(isAll)("over sentinels, a failover begins another epoch", async () => {
    await using setup = await startSentinel()
    const client = createSentinel({
      name: setup.name,
      sentinelRootNodes: setup.sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
      scanInterval: 200
    })
    client.on("error", () => {})
    await client.connect()
    const program = Effect.gen(function* () {
      const lock = yield* locks(RedisStore.layerLockPort(RedisStore.fromSentinel(client)))
      const before = yield* leaseOf(lock)
      yield* Effect.promise(() => setup.master.command("WAIT", "1", "60000"))
      yield* Effect.promise(() => setup.failOver())
      const after = yield* leaseOf(lock)
      assert.notStrictEqual(after.epoch, before.epoch)
      assert.isAbove(after.fence, before.fence)
    })
    await Effect.runPromise(Effect.scoped(program))
    client.destroy()
  })

  it.runIf(isAll)("over a cluster", async () => {
    await using cluster = await startCluster()
    const client = createCluster({ rootNodes: cluster.nodes.map(({ url }) => ({ url })) })
    client.on("error", () => {})
    await client.connect()
    const program = Effect.gen(function* () {
      const port = RedisStore.fromCluster(client)
      for (const name of ["one", "two", "three", "four"]) {
        const lock = yield* locks(RedisStore.layerLockPort(port, { name }))
        const { fence } = yield* leaseOf(lock)
        assert.isAbove((yield* leaseOf(lock)).fence, fence)
      }
    })
    await Effect.runPromise(Effect.scoped(program))
    client.destroy()
  })
})
