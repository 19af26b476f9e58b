/**
 * A cluster of three nodes, each with a third of the slots.
 */
import { eventually } from "./eventually.ts"
import { freePort } from "./freePort.ts"
import { RedisServer } from "./redisServer.ts"

export interface Cluster extends AsyncDisposable {
  readonly nodes: ReadonlyArray<RedisServer>
}

const slots = [
  ["0", "5460"],
  ["5461", "10922"],
  ["10923", "16383"]
] as const

/** Starts it, and waits until every node knows it as whole. */
export const startCluster = async (): Promise<Cluster> => {
  await using stack = new AsyncDisposableStack()
  const nodes: Array<RedisServer> = []
  const buses: Array<number> = []
  for (const [first, last] of slots) {
    let bus = 0
    const node = stack.use(
      await RedisServer.start(async () => {
        bus = await freePort()
        // A node that stands still for less is not given up, and with it all of the cluster.
        return ["--cluster-enabled", "yes", "--cluster-port", String(bus), "--cluster-node-timeout", "30000"]
      })
    )
    nodes.push(node)
    buses.push(bus)
    await node.command("CLUSTER", "ADDSLOTSRANGE", first, last)
    await node.command("CLUSTER", "SET-CONFIG-EPOCH", String(nodes.length))
  }
  for (let i = 1; i < nodes.length; i++) {
    await nodes[0]!.command("CLUSTER", "MEET", "127.0.0.1", String(nodes[i]!.port), String(buses[i]!))
  }
  for (const node of nodes) {
    await eventually("the cluster is whole", async () => {
      const info = String(await node.command("CLUSTER", "INFO"))
      return info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:3")
    })
  }
  const rest = stack.move()
  return { nodes, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}
