/**
 * The Redis of the dashboard: the one that `REDIS_URL` tells, or a `redis-server` of its own where there is one. The cache
 * reaches it through a gate, which can be shut: then nothing passes, and no connection ends, as with a network that hangs.
 */
import { Config, Effect, Option } from "effect"
import { spawnSync } from "node:child_process"
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { RedisServer } from "../test/cache/redis/support/redisServer.ts"

export interface Redis {
  /** Of the gate. */
  readonly url: string
  readonly shut: () => void
  readonly open: () => void
}

/** Sockets of both sides of all connections through a gate. */
class Gate {
  readonly server = createServer((client) => this.accept(client))
  private readonly sockets = new Set<Socket>()
  private isShut = false
  private readonly target: { readonly host: string; readonly port: number }

  constructor(target: { readonly host: string; readonly port: number }) {
    this.target = target
  }

  shut(): void {
    this.isShut = true
    for (const socket of this.sockets) socket.pause()
  }

  open(): void {
    this.isShut = false
    for (const socket of this.sockets) socket.resume()
  }

  close(): void {
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
  }

  private accept(client: Socket): void {
    const server = connect(this.target.port, this.target.host)
    for (const [from, to] of [
      [client, server],
      [server, client]
    ] as const) {
      this.sockets.add(from)
      from.setNoDelay(true)
      from.on("data", (chunk) => void to.write(chunk))
      from.on("error", () => {})
      from.on("close", () => {
        this.sockets.delete(from)
        to.destroy()
      })
      if (this.isShut) from.pause()
    }
  }
}

const ownServer = Effect.acquireRelease(
  Effect.promise(() => RedisServer.start()),
  (server) => Effect.promise(() => server[Symbol.asyncDispose]())
)

/** Whether one can be started. */
export const hasRedisServer = (): boolean => spawnSync("redis-server", ["--version"]).status === 0

/** `undefined` where there is none. */
export const redis = Effect.gen(function* () {
  const given = Option.getOrUndefined(yield* Config.option(Config.String("REDIS_URL")))
  if (given === undefined && !hasRedisServer()) return undefined
  const url = new URL(given ?? (yield* ownServer).url)
  const gate = new Gate({ host: url.hostname, port: Number(url.port || 6379) })
  yield* Effect.promise(() => once(gate.server.listen(0, "127.0.0.1"), "listening"))
  yield* Effect.addFinalizer(() => Effect.sync(() => gate.close()))
  url.hostname = "127.0.0.1"
  url.port = String((gate.server.address() as AddressInfo).port)
  return { url: url.href, shut: () => gate.shut(), open: () => gate.open() } satisfies Redis
})
