/**
 * Subscriptions over one connection of their own, so that a large text does not hold messages up.
 */
import { realTimers } from "../../../internal/turns/realTimers.ts"
import { Connection, type ConnectionEvents, type RedisClient } from "./connection.ts"

/** Milliseconds between two signs of life, by which a connection is found to be dead that nobody closes. */
const pingInterval = 5_000

interface Subscription {
  readonly channel: string
  readonly onMessage: (message: string) => void
  readonly onReady: () => void
}

export class Subscriber {
  private readonly connection: Connection
  private readonly subscriptions = new Set<Subscription>()
  /** What subscriptions are made on: a client that is connected, and may not have all that were before it. */
  private client: RedisClient | undefined = undefined
  private pings: NodeJS.Timeout | undefined = undefined

  constructor(create: () => RedisClient, events: ConnectionEvents) {
    this.connection = new Connection(create, {
      onReady: async (client) => {
        this.client = client
        await Promise.all(Array.from(this.subscriptions, (subscription) => this.make(client, subscription)))
        events.onReady(client)
      },
      onLost: (error) => {
        this.client = undefined
        events.onLost(error)
      }
    })
  }

  subscribe(channel: string, onMessage: (message: string) => void, onReady: () => void): () => void {
    const subscription = { channel, onMessage, onReady }
    this.subscriptions.add(subscription)
    if (this.pings === undefined) this.open()
    else if (this.client !== undefined) void this.make(this.client, subscription)
    return () => {
      const { client } = this
      if (!this.subscriptions.delete(subscription) || client === undefined) return
      client.unsubscribe(channel, onMessage).catch((error: unknown) => this.connection.drop(client, error))
    }
  }

  async close(): Promise<void> {
    realTimers.clearInterval(this.pings)
    this.client = undefined
    await this.connection.close(0)
  }

  private open(): void {
    this.connection.open()
    this.pings = realTimers
      .setInterval(() => {
        this.connection.send(["PING"]).catch(() => {})
      }, pingInterval)
      .unref()
  }

  private async make(client: RedisClient, { channel, onMessage, onReady }: Subscription): Promise<void> {
    try {
      await client.subscribe(channel, onMessage)
      onReady()
    } catch (error) {
      this.connection.drop(client, error)
    }
  }
}
