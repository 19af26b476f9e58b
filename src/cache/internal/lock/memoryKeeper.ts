/**
 * Locks within one process.
 */
import { randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { LockKeeper } from "./lockKeeper.ts"

interface Held {
  readonly token: string
  /** Milliseconds of the clock. */
  expires: number
}

export const makeMemoryKeeper = (): LockKeeper => {
  const epoch = randomBytes(8).toString("hex")
  const locks = new Map<string, Held>()
  let fence = 0

  /** The lock, if it is that of the token. */
  const find = (name: string, token: string, now: number): Held | undefined => {
    const held = locks.get(name)
    return held?.token === token && held.expires > now ? held : undefined
  }
  const at = <A>(f: (now: number) => A): Effect.Effect<A> => Effect.map(Clock.currentTimeMillis, f)

  return {
    acquire: (name, token, lease) =>
      at((now) => {
        const held = locks.get(name)
        if (held !== undefined && held.expires > now && held.token !== token) return undefined
        locks.set(name, { token, expires: now + lease })
        return { fence: ++fence, epoch }
      }),
    renew: (name, token, lease) =>
      at((now) => {
        const held = find(name, token, now)
        if (held !== undefined) held.expires = now + lease
        return held !== undefined
      }),
    release: (name, token) => at((now) => find(name, token, now) !== undefined && locks.delete(name))
  }
}
