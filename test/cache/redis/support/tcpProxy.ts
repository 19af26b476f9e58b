/**
 * A network that misbehaves: what goes through it is delayed, cut off, or swallowed in one direction.
 */
import { once } from "node:events"
import { connect, createServer, type Server, type Socket } from "node:net"
import { freePort } from "./freePort.ts"

export type Direction = "toServer" | "toClient"

interface Connection {
  readonly client: Socket
  readonly server: Socket
  /** Bytes of it are lost: it cannot go on. */
  isBroken: boolean
}

export class TcpProxy implements AsyncDisposable {
  readonly port: number
  /** Milliseconds that bytes take, in each direction. */
  delay = 0
  /** Bytes that were swallowed. */
  lost = 0
  /** Where new connections go. */
  target: number
  private isClosed = false
  private swallowed: Direction | undefined = undefined
  private readonly server: Server
  private readonly connections = new Set<Connection>()

  private constructor(port: number, target: number) {
    this.port = port
    this.target = target
    this.server = createServer((client) => this.accept(client))
  }

  /** A proxy to a port of 127.0.0.1. */
  static async start(target: number): Promise<TcpProxy> {
    for (let left = 5; ; left--) {
      const proxy = new TcpProxy(await freePort(), target)
      proxy.server.listen(proxy.port, "127.0.0.1")
      try {
        await once(proxy.server, "listening")
        return proxy
      } catch (error) {
        // Somebody may have taken the port meanwhile.
        if (left === 1) throw error
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Ends all connections. New ones are accepted. */
  cut(): void {
    for (const { client, server } of this.connections) {
      client.resetAndDestroy()
      server.resetAndDestroy()
    }
  }

  /** Ends all connections, and every new one at once, until {@link open}. */
  close(): void {
    this.isClosed = true
    this.cut()
  }

  open(): void {
    this.isClosed = false
  }

  /**
   * From now on what goes in this direction arrives nowhere. No connection is closed for that. `undefined`: that of new
   * connections arrives; those that have lost bytes go on losing all.
   */
  swallow(direction: Direction | undefined): void {
    this.swallowed = direction
  }

  /** Swallows nothing any more. Connections that have lost bytes meanwhile are ended, as a network would in the end. */
  deliver(): void {
    this.swallowed = undefined
    for (const { client, isBroken, server } of this.connections) {
      if (!isBroken) continue
      client.resetAndDestroy()
      server.resetAndDestroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    this.server.close()
    await once(this.server, "close")
  }

  private accept(client: Socket): void {
    if (this.isClosed) return void client.resetAndDestroy()
    const server = connect(this.target, "127.0.0.1")
    const connection: Connection = { client, server, isBroken: false }
    this.connections.add(connection)
    for (const [from, to] of [
      [client, server],
      [server, client]
    ] as const) {
      from.setNoDelay(true)
      from.on("error", () => {})
      from.on("close", () => {
        to.destroy()
        this.connections.delete(connection)
      })
    }
    this.pass(connection, client, server, "toServer")
    this.pass(connection, server, client, "toClient")
  }

  private pass(connection: Connection, from: Socket, to: Socket, direction: Direction): void {
    const waiting: Array<{ readonly chunk: Buffer; readonly due: number }> = []
    let timer: NodeJS.Timeout | undefined
    const send = (): void => {
      timer = undefined
      while (waiting.length > 0 && waiting[0]!.due <= performance.now()) to.write(waiting.shift()!.chunk)
      if (waiting.length > 0) timer = setTimeout(send, Math.max(1, waiting[0]!.due - performance.now()))
    }
    from.on("data", (chunk: Buffer) => {
      if (this.swallowed === direction) {
        connection.isBroken = true
        this.lost += chunk.length
        return
      }
      // One that has lost bytes loses all that follow: there is no order to put them in.
      if (connection.isBroken) return
      waiting.push({ chunk, due: performance.now() + this.delay })
      if (timer === undefined) send()
    })
    from.on("close", () => clearTimeout(timer))
  }
}
