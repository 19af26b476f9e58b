/**
 * Ports over a sentinel setup and over a cluster, which connect and reconnect themselves.
 */
import { realTimers } from "../../../internal/turns/realTimers.ts"
import { asBuffer } from "./connection.ts"
import type { RedisPort } from "./port.ts"
import { asBytes } from "./ports.ts"

/** Milliseconds until a subscription that failed is tried again. */
const pause = 1_000

// The clients' own types know messages of bytes as well.
type Listener = (message: any) => void

interface Subscribing {
  subscribe(channel: string, listener: Listener): Promise<unknown>
  unsubscribe(channel: string, listener: Listener): Promise<unknown>
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
}

/**
 * What is used of the result of `createSentinel`.
 *
 * @category models
 * @since 0.1.0
 */
export interface SentinelClient extends Subscribing {
  sendCommand(isReadonly: boolean, args: Array<string | Buffer>, options: object): Promise<unknown>
}

/**
 * What is used of the result of `createCluster`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClusterClient extends Subscribing {
  sendCommand(firstKey: string, isReadonly: boolean, args: Array<string | Buffer>, options: object): Promise<unknown>
}

export const sentinelPort = (client: SentinelClient): RedisPort => ({
  command: (_, args) => client.sendCommand(false, args.map(asBuffer), asBytes),
  subscribe: subscribeOn(client, "topology-change")
})

export const clusterPort = (client: ClusterClient): RedisPort => ({
  command: (firstKey, args) => client.sendCommand(firstKey, false, args.map(asBuffer), asBytes),
  subscribe: subscribeOn(client, "node-ready")
})

// After the event messages may have been lost, while the client subscribed again. It says so too often rather than not:
// entries are then validated once.
const subscribeOn =
  (client: Subscribing, event: string): RedisPort["subscribe"] =>
  (channel, onMessage, onReady) => {
    let isWanted = true
    let timer: NodeJS.Timeout | undefined
    const subscribe = (): void => {
      client.subscribe(channel, onMessage).then(
        () => {
          if (!isWanted) return unsubscribe()
          client.on(event, onReady)
          onReady()
        },
        () => {
          if (isWanted) timer = realTimers.setTimeout(subscribe, pause).unref()
        }
      )
    }
    const unsubscribe = (): void => {
      client.off(event, onReady)
      client.unsubscribe(channel, onMessage).catch(() => {})
    }
    subscribe()
    return () => {
      isWanted = false
      realTimers.clearTimeout(timer)
      unsubscribe()
    }
  }
