/**
 * A connection that is made again for ever.
 *
 * The client could do that itself, but it would keep the process alive while it waits, give up after a timeout of its
 * socket, and wait for ever for a server that accepts connections and does not answer. So each connection is a new
 * client here, which does not reconnect.
 */
import type { createClient } from "redis"
import { realTimers } from "../../../internal/turns/realTimers.ts"
import type { RedisArgument } from "./port.ts"

/** The client of one server, whatever it was configured with. */
export type RedisClient = ReturnType<typeof createClient>

/** Milliseconds after which a connection that does not become ready is given up. */
const connectTimeout = 5_000

/** Milliseconds without any answer while one is due, after which a connection counts as dead. */
const stalledAfter = 5_000

/** The pause before the first attempt to connect again, which doubles up to the longest. */
const shortestPause = 50
const longestPause = 1_000

interface Session {
  readonly client: RedisClient
  isReady: boolean
  /** Settled when it is ready, or given up. */
  readonly opened: PromiseWithResolvers<void>
  /** Commands that were not answered yet, and when the last answer came, or the first of them went. */
  waiting: number
  since: number
}

export interface ConnectionEvents {
  /** A new client is connected; it is used when what this gives is settled. */
  readonly onReady: (client: RedisClient) => unknown
  /** One is no more, or could not be. */
  readonly onLost: (error: unknown) => void
}

export class Connection {
  private readonly create: () => RedisClient
  private readonly events: ConnectionEvents
  private session: Session | undefined = undefined
  private attempts = 0
  private timer: NodeJS.Timeout | undefined = undefined
  private isClosed = false

  /** `create` makes a client that does not reconnect; what it throws is thrown by `open`. */
  constructor(create: () => RedisClient, events: ConnectionEvents) {
    this.create = create
    this.events = events
  }

  /** The client, when it is connected. */
  get client(): RedisClient | undefined {
    return this.session?.isReady === true ? this.session.client : undefined
  }

  open(): void {
    const client = this.create()
    const session: Session = { client, isReady: false, opened: Promise.withResolvers(), waiting: 0, since: 0 }
    this.session = session
    // An idle connection keeps no process alive. Who waits for an answer has a timer that does.
    client.unref()
    client.on("error", (error: unknown) => this.lose(session, error))
    this.timer = realTimers
      .setTimeout(() => this.lose(session, new Error("Redis does not greet")), connectTimeout)
      .unref()
    client
      .connect()
      .then(() => (this.session === session ? this.events.onReady(client) : undefined))
      .then(
        () => {
          if (this.session !== session) return
          realTimers.clearTimeout(this.timer)
          session.isReady = true
          session.opened.resolve()
          this.attempts = 0
        },
        (error: unknown) => this.lose(session, error)
      )
  }

  /** Gives a client up that is of no use. */
  drop(client: RedisClient, error: unknown): void {
    if (this.session?.client === client) this.lose(this.session, error)
  }

  /**
   * Sends a command. It waits for a connection that is being made, so that the first of a process do not fail; where
   * there is none it rejects at once.
   */
  async send(args: ReadonlyArray<RedisArgument>): Promise<unknown> {
    const { session } = this
    if (session?.isReady === false) await session.opened.promise
    if (session === undefined || !session.isReady) throw new Error("There is no connection to Redis")
    // Where the event loop was blocked until now, answers may be there, unread.
    if (isStalled(session)) await realTimers.nextTurn()
    if (session.waiting === 0) session.since = realTimers.now()
    else if (isStalled(session)) {
      const error = new Error("The connection to Redis is dead: no answer came for seconds")
      this.lose(session, error)
      throw error
    }
    session.waiting++
    try {
      return await session.client.sendCommand(args.map(asBuffer))
    } catch (error) {
      // The server was made a replica of another one: whoever is asked for its address again gets the other's.
      if (error instanceof Error && error.message.startsWith("READONLY")) this.lose(session, error)
      throw error
    } finally {
      session.waiting--
      session.since = realTimers.now()
    }
  }

  /** Ends it when what is under way was answered, if it is within the time. */
  async close(within: number): Promise<void> {
    this.isClosed = true
    realTimers.clearTimeout(this.timer)
    const { client } = this
    if (client !== undefined && within > 0) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = realTimers.setTimeout(resolve, within)
      })
      await Promise.race([client.close(), late]).catch(() => {})
      realTimers.clearTimeout(timer)
    }
    if (this.session !== undefined) this.lose(this.session, undefined)
  }

  private lose(session: Session, error: unknown): void {
    if (this.session !== session) return
    this.session = undefined
    session.isReady = false
    session.opened.resolve()
    realTimers.clearTimeout(this.timer)
    destroy(session.client)
    if (this.isClosed) return
    this.events.onLost(error)
    const pause = Math.min(longestPause, shortestPause * 2 ** Math.min(this.attempts++, 10))
    this.timer = realTimers.setTimeout(() => this.open(), pause * (0.5 + Math.random() / 2)).unref()
  }
}

const isStalled = ({ since, waiting }: Session): boolean => waiting > 0 && realTimers.now() - since > stalledAfter

const destroy = (client: RedisClient): void => {
  try {
    client.destroy()
  } catch {
    // Some versions throw when it is closed already.
  }
}

export const asBuffer = (argument: RedisArgument): string | Buffer =>
  typeof argument === "string" || Buffer.isBuffer(argument)
    ? argument
    : Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength)
