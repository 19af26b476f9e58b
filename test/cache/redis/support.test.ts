/** The Redis servers of the tests do what they are told. */
import { assert, it } from "@effect/vitest"
import { createCluster, createSentinel } from "redis"
import { isAll } from "../../support/tier.ts"
import { describeRedis } from "./support/available.ts"
import { startCluster } from "./support/cluster.ts"
import { eventually } from "./support/eventually.ts"
import { connect, RedisServer } from "./support/redisServer.ts"
import { startSentinel } from "./support/sentinel.ts"
import { TcpProxy } from "./support/tcpProxy.ts"

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

/** A promise that must not end now: whether it has, once something else has been answered. */
const isPending = async (promise: Promise<unknown>, answered: Promise<unknown>): Promise<boolean> => {
  let isPending = true
  promise.then(
    () => (isPending = false),
    () => (isPending = false)
  )
  await answered
  return isPending
}

describeRedis("support: Redis", () => {
  it("a server starts with options, is killed, and starts anew and empty", async () => {
    let pid = 0
    {
      await using server = await RedisServer.start(() => ["--maxmemory", "4mb"])
      assert.deepStrictEqual(await server.command("CONFIG", "GET", "maxmemory"), { maxmemory: "4194304" })
      await server.command("SET", "a", "1")
      await server.kill()
      await server.restart()
      assert.isNull(await server.command("GET", "a"))
      await server.command("SET", "a", "1")
      await server.flushAll()
      assert.isNull(await server.command("GET", "a"))
      pid = server.pid
    }
    assert.isTrue(isGone(pid))
  })

  it("one that is paused does not answer until it is resumed", async () => {
    await using server = await RedisServer.start()
    await using other = await RedisServer.start()
    using client = await connect(server.url)
    server.pause()
    const answer = client.ping()
    assert.isTrue(await isPending(answer, other.command("PING")))
    server.resume()
    assert.strictEqual(await answer, "PONG")
  })

  it("subscribers lose their connections", async () => {
    await using server = await RedisServer.start()
    using client = await connect(server.url)
    await client.subscribe("a", () => {})
    let isLost = false
    client.on("reconnecting", () => (isLost = true))
    await server.killSubscribers()
    await eventually("the connection is lost", () => isLost)
  })

  it("a proxy delays, cuts, and swallows either direction", async () => {
    await using server = await RedisServer.start()
    await using proxy = await TcpProxy.start(server.port)
    using client = await connect(proxy.url)
    assert.strictEqual(await client.ping(), "PONG")

    proxy.delay = 50
    const began = performance.now()
    assert.strictEqual(await client.ping(), "PONG")
    assert.isAtLeast(performance.now() - began, 99)
    proxy.delay = 0

    for (const direction of ["toServer", "toClient"] as const) {
      await client.set("n", "0")
      const { lost } = proxy
      proxy.swallow(direction)
      const answer = client.incr("n")
      assert.isTrue(
        await isPending(
          answer,
          eventually("bytes are lost", () => proxy.lost > lost)
        )
      )
      proxy.deliver()
      const failure = await answer.then(
        () => undefined,
        (error: unknown) => error
      )
      assert.instanceOf(failure, Error)
      assert.strictEqual(await server.command("GET", "n"), direction === "toServer" ? "0" : "1")
      await eventually("it is connected again", () => client.isReady)
    }

    proxy.close()
    await eventually("it is cut off", () => !client.isReady)
    proxy.open()
    await eventually("it is connected again", () => client.isReady)
    assert.strictEqual(await client.ping(), "PONG")
  })

  it.runIf(isAll)("sentinels make the replica the master", async () => {
    await using setup = await startSentinel(3)
    const client = createSentinel({
      name: setup.name,
      sentinelRootNodes: setup.sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
      scanInterval: 100
    })
    client.on("error", () => {})
    await client.connect()
    await client.set("a", "1")
    await setup.master.command("WAIT", "1", "60000")
    await setup.failOver()
    await eventually("the client has found it", async () => {
      const value = await client.get("a").catch(() => undefined)
      return value === "1"
    })
    client.destroy()
  })

  it.runIf(isAll)("a cluster of three nodes takes keys of every slot", async () => {
    await using cluster = await startCluster()
    const client = createCluster({ rootNodes: cluster.nodes.map(({ url }) => ({ url })) })
    client.on("error", () => {})
    await client.connect()
    for (const key of ["a", "b", "c", "d"]) await client.set(key, key)
    for (const key of ["a", "b", "c", "d"]) assert.strictEqual(await client.get(key), key)
    const sizes = await Promise.all(cluster.nodes.map((node) => node.command("DBSIZE")))
    assert.isTrue(sizes.filter((size) => Number(size) > 0).length > 1)
    client.destroy()
  })
})
