/**
 * A `redis-server` of a test's own: on a free port of 127.0.0.1, in a temporary folder, ended by its pid.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createClient } from "redis"
import { freePort } from "./freePort.ts"

/** Servers that run: whatever becomes of the test, none stays behind. */
const running = new Set<ChildProcess>()
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")))

export class RedisServer implements AsyncDisposable {
  readonly port: number
  /** Its files; gone when the server is disposed of. */
  readonly folder: string
  private readonly args: ReadonlyArray<string>
  private child: ChildProcess | undefined = undefined

  private constructor(port: number, folder: string, args: ReadonlyArray<string>) {
    this.port = port
    this.folder = folder
    this.args = args
  }

  /**
   * Starts one, and waits until it accepts connections. It keeps nothing on disk.
   *
   * @param args what comes behind `redis-server`, like `["--maxmemory", "4mb"]`, given its folder
   */
  static async start(
    args: (folder: string) => ReadonlyArray<string> | Promise<ReadonlyArray<string>> = () => []
  ): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), "redis-"))
    for (let left = 5; ; left--) {
      const port = await freePort()
      const server = new RedisServer(port, folder, await args(folder))
      try {
        await server.restart()
        return server
      } catch (error) {
        // Somebody may have taken the port meanwhile.
        if (left > 1) continue
        rmSync(folder, { recursive: true, force: true })
        throw error
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get pid(): number {
    return this.child!.pid!
  }

  /** It does not answer, and closes no connection. */
  pause(): void {
    this.child!.kill("SIGSTOP")
  }

  resume(): void {
    this.child!.kill("SIGCONT")
  }

  /** It is gone, with all that it knew. */
  async kill(): Promise<void> {
    const { child } = this
    if (child === undefined) return
    this.child = undefined
    const exit = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined
    child.kill("SIGKILL")
    await exit
    running.delete(child)
  }

  /** Starts it anew after a {@link kill}: the same port, and empty. */
  async restart(): Promise<void> {
    const { args, folder, port } = this
    const own = ["--bind", "127.0.0.1", "--port", String(port), "--dir", folder, "--save", "", "--appendonly", "no"]
    const child = spawn("redis-server", [...args, ...own], { stdio: ["ignore", "pipe", "pipe"] })
    this.child = child
    running.add(child)
    let output = ""
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        if (output.length < 100_000) output += chunk.toString()
        if (/Ready to accept connections|Sentinel ID is/.test(output)) resolve()
      }
      child.stdout.on("data", read)
      child.stderr.on("data", read)
      child.once("error", reject)
      child.once("exit", () => {
        running.delete(child)
        reject(new Error(`redis-server ended:\n${output}`))
      })
    })
  }

  /** One command on a connection of its own. */
  async command(...args: ReadonlyArray<string>): Promise<unknown> {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false, connectTimeout: 60_000 } })
    client.on("error", () => {})
    await client.connect()
    try {
      return await client.sendCommand(args)
    } finally {
      client.destroy()
    }
  }

  /** Everything is forgotten. */
  async flushAll(): Promise<void> {
    await this.command("FLUSHALL")
  }

  /** All subscribers lose their connections, and with them what is published meanwhile. */
  async killSubscribers(): Promise<void> {
    await this.command("CLIENT", "KILL", "TYPE", "pubsub")
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A client that is connected, and connects again soon. */
export const connect = async (url: string) => {
  const client = createClient({ url, socket: { reconnectStrategy: 20 }, disableOfflineQueue: true })
  client.on("error", () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() })
}
