/**
 * Locks over Redis, for many processes.
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import type { Grant, LockKeeper } from "../lock/lockKeeper.ts"
import type { RedisPort } from "./port.ts"
import { evaluate, makeScript } from "./script.ts"
import { acquireLock, releaseLock, renewLock } from "./scripts/lock.ts"

const acquire = makeScript(acquireLock)
const renew = makeScript(renewLock)
const release = makeScript(releaseLock)

/** `name`: locks of one are not those of another. All of one name are on the same node of a cluster. */
export const makeRedisKeeper = (port: RedisPort, name: string): LockKeeper => {
  // Only what is in the first braces says which node it is.
  const meta = `{v1-lock:${encodeURIComponent(name.toWellFormed())}}:m`
  return {
    acquire: (lock, token, lease) =>
      Effect.map(
        evaluate(port, acquire, meta, [lock, token, String(lease), randomBytes(8).toString("hex")]),
        (reply): Grant | undefined => {
          if (reply === null) return undefined
          const [fence, epoch] = reply as [number, Uint8Array]
          return { fence: Number(fence), epoch: Buffer.from(epoch).toString() }
        }
      ),
    renew: (lock, token, lease) =>
      Effect.map(evaluate(port, renew, meta, [lock, token, String(lease)]), (reply) => reply === 1),
    release: (lock, token) => Effect.map(evaluate(port, release, meta, [lock, token]), (reply) => reply === 1)
  }
}
