/**
 * What this library asks of a client of Redis, so that any can be used: one server, a sentinel setup, a cluster.
 */

/** An argument of a command. Bytes go as they are. */
export type RedisArgument = string | Uint8Array

/**
 * A connection to Redis.
 *
 * **Details**
 *
 * Neither method waits for a connection: a command fails at once where there is none, and a subscription is made when
 * there is one.
 *
 * @category models
 * @since 0.1.0
 */
export interface RedisPort {
  /**
   * Sends a command to the node that has `firstKey`. Strings in its reply come as `Uint8Array`s, numbers as numbers,
   * nothing as `null`. An error reply rejects, with Redis's own message.
   */
  command(firstKey: string, args: ReadonlyArray<string | Uint8Array>): Promise<unknown>
  /**
   * Subscribes to a channel, until the function that it gives is called. `onReady` is called when messages begin to
   * come, and again whenever some may have been lost: after each reconnection. `onLost` may be called when a connection
   * ends, of commands or of messages: before another server is asked anything.
   */
  subscribe(channel: string, onMessage: (message: string) => void, onReady: () => void, onLost?: () => void): () => void
}
