/**
 * A master, its replica, and sentinels that make the replica the master when the master is gone.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { eventually } from "./eventually.ts"
import { RedisServer } from "./redisServer.ts"

export interface SentinelSetup extends AsyncDisposable {
  /** What clients ask for. */
  readonly name: string
  /** The first master. */
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly sentinels: ReadonlyArray<RedisServer>
  /** What the master does from now on the replica does not hear of: it stands still until the failover. */
  readonly cutReplica: () => Promise<void>
  /** Kills the first master, and waits until the replica is one. */
  readonly failOver: () => Promise<void>
}

const name = "primary"

/** Starts them, and waits until the replica has all that the master has, and the sentinels know each other. */
export const startSentinel = async (count: 1 | 2 | 3 = 1): Promise<SentinelSetup> => {
  await using stack = new AsyncDisposableStack()
  const master = stack.use(await RedisServer.start(() => ["--repl-diskless-sync-delay", "0"]))
  const replica = stack.use(
    await RedisServer.start(() => ["--repl-diskless-sync-delay", "0", "--replicaof", `127.0.0.1 ${master.port}`])
  )
  const sentinels: Array<RedisServer> = []
  for (let i = 0; i < count; i++) sentinels.push(stack.use(await startOne(master.port, Math.ceil((count + 1) / 2))))

  await eventually("the replica has what the master has", async () =>
    String(await replica.command("INFO", "replication")).includes("master_link_status:up")
  )
  for (const sentinel of sentinels) {
    await eventually("the sentinels know all others", async () => {
      const state = (await sentinel.command("SENTINEL", "MASTER", name)) as Readonly<Record<string, string>>
      return state["num-slaves"] === "1" && state["num-other-sentinels"] === String(count - 1)
    })
  }
  const rest = stack.move()
  return {
    name,
    master,
    replica,
    sentinels,
    cutReplica: async () => {
      replica.pause()
      await master.command("CLIENT", "KILL", "TYPE", "replica")
    },
    failOver: async () => {
      await master.kill()
      replica.resume()
      // Whoever is connected to it meanwhile is cut off.
      // A sentinel that stood still for two seconds watches for half a minute, and does nothing.
      await eventually("the replica is the master", async () =>
        String(await replica.command("INFO", "replication").catch(() => "")).includes("role:master")
      )
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync()
  }
}

const startOne = (port: number, quorum: number): Promise<RedisServer> =>
  RedisServer.start((folder) => {
    // It writes into its configuration what it learns.
    const file = join(folder, "sentinel.conf")
    const lines = [
      `sentinel monitor ${name} 127.0.0.1 ${port} ${quorum}`,
      // Less is a pause of the machine, and the failover comes before the test wants it.
      `sentinel down-after-milliseconds ${name} 2000`,
      `sentinel failover-timeout ${name} 3000`
    ]
    writeFileSync(file, lines.join("\n"))
    return [file, "--sentinel"]
  })
