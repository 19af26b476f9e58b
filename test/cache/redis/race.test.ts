/**
 * No stale text: three processes over one real Redis, whatever becomes of it, of them, or of what is between them.
 *
 * `RACE_SECONDS` says how long each fault goes on; `npm run test:cache` takes more of them.
 */
import { it } from "@effect/vitest"
import { setTimeout } from "node:timers/promises"
import { afterAll, beforeAll } from "vitest"
import { isAll } from "../../support/tier.ts"
import { describeRedis } from "./support/available.ts"
import { startCluster } from "./support/cluster.ts"
import { Race, verifyWithin } from "./support/race.ts"
import { leaves } from "./support/raceProtocol.ts"
import { RedisServer } from "./support/redisServer.ts"
import { startSentinel } from "./support/sentinel.ts"
import { TcpProxy } from "./support/tcpProxy.ts"

const seconds = Number(process.env["RACE_SECONDS"] ?? (isAll ? 2 : 1))
const duration = seconds * 1_000
const limit = { timeout: 240_000 + seconds * 20_000 }
const hour = 3_600_000

/** Does something again and again, with a pause, for the time of a fault. */
const repeatedly = async (pause: number, act: () => unknown): Promise<void> => {
  const end = performance.now() + duration
  while (performance.now() < end) {
    await act()
    await setTimeout(pause)
  }
}

describeRedis("no stale text over Redis", () => {
  let server: RedisServer
  let proxy: TcpProxy
  let race: Race
  beforeAll(async () => {
    server = await RedisServer.start()
    proxy = await TcpProxy.start(server.port)
    race = await Race.start({ _tag: "Server", url: proxy.url }, { clockShifts: [0, hour, -hour] })
  }, limit.timeout)
  afterAll(async () => {
    await race[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const during = (fault: string, act: () => Promise<void>) =>
    it.runIf(isAll)(fault, limit, async () => {
      await race.run(duration, act)
      await race.settle()
      race.report(fault)
    })

  it("without a fault, with clocks an hour apart", limit, async () => {
    await race.run(duration)
    await race.settle()
    race.report("no fault")
  })

  during("FLUSHALL", () => repeatedly(200, () => server.flushAll()))

  during("subscribers are cut off", () => repeatedly(200, () => server.killSubscribers()))

  it.runIf(isAll)("a message that is lost, and none after it", limit, async () => {
    for (let i = 0; i < seconds; i++) {
      await race.settle()
      await race.readEverywhere()
      await server.killSubscribers()
      await race.invalidate(0, "l0")
      await setTimeout(verifyWithin)
      await race.readEverywhere()
    }
    race.report("a lost message")
  })

  during("Redis is stopped", async () => {
    server.pause()
    await setTimeout(Math.max(1_000, duration / 2))
    server.resume()
  })

  during("Redis is killed, and restarts empty", async () => {
    await server.kill()
    await setTimeout(500)
    await server.restart()
  })

  during("a process is stopped beyond its lease", async () => {
    const [, child] = race.processes
    child!.kill("SIGSTOP")
    await setTimeout(1_500)
    // They lie there when it wakes up, and so do the messages that it has missed.
    const first = race.readAll(1, false)
    child!.kill("SIGCONT")
    await first
  })

  during("the network is slow", async () => {
    proxy.delay = 30
    await setTimeout(duration)
    proxy.delay = 0
  })

  during("connections are cut", () => repeatedly(150, () => proxy.cut()))

  for (const direction of ["toServer", "toClient"] as const) {
    during(`what goes ${direction} is swallowed`, async () => {
      proxy.swallow(direction)
      await setTimeout(Math.max(1_000, duration / 2))
      proxy.deliver()
    })
  }
})

describeRedis("no stale text over other Redis", () => {
  it.runIf(isAll)("a failover that loses the last invalidations", limit, async () => {
    await using setup = await startSentinel()
    const ports = setup.sentinels.map(({ port }) => port)
    await using race = await Race.start({ _tag: "Sentinel", name: setup.name, ports })
    await race.run(duration / 2)
    await race.settle()
    race.oracle.failoverBegins()
    await setup.cutReplica()
    // The replica will never hear of it, and nothing is invalidated after it.
    for (const leaf of leaves) await race.invalidate(0, leaf)
    await race.run(duration, () => setup.failOver(), 0)
    await race.settleAfterFailover()
    await setTimeout(verifyWithin)
    await race.readEverywhere()
    await race.run(duration)
    await race.settle()
    race.report("failover")
  })

  it.runIf(isAll)("memory is served on while Redis is stopped", limit, async () => {
    await using server = await RedisServer.start()
    await using race = await Race.start({ _tag: "Server", url: server.url }, { whenDetached: "serve" })
    await race.run(duration)
    await race.run(duration, async () => {
      server.pause()
      await setTimeout(Math.max(2_000, duration / 2))
      server.resume()
    })
    await race.settle()
    // Bounded reads are held to the invalidations of their own process, strong ones to all.
    race.report("memory is served")
  })

  it.runIf(isAll)("a cluster of three nodes", limit, async () => {
    await using cluster = await startCluster()
    await using race = await Race.start({ _tag: "Cluster", urls: cluster.nodes.map(({ url }) => url) })
    await race.run(duration)
    await race.settle()
    race.report("cluster")
  })

  it.runIf(isAll)("without the fences there is", limit, async () => {
    await using server = await RedisServer.start()
    await using race = await Race.start({ _tag: "Server", url: server.url }, { isFenced: false })
    await race.runUntilOld(duration)
    race.report("no fences", true)
  })
})
