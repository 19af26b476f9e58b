/**
 * What a layer of locks is told, and its checks.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { duration, milliseconds, wrong } from "../check.ts"
import { invalidOptions } from "../errors.ts"
import type { LockKeeper } from "./lockKeeper.ts"
import { makeLock } from "./makeLock.ts"

/**
 * Options of a layer of locks.
 *
 * @category models
 * @since 0.1.0
 */
export interface LockLayerOptions {
  /** Locks of one name are not those of another. In metrics it is an attribute. Default `"default"`. */
  readonly name?: string | undefined
  /** How long one round trip to what keeps the locks may take. Default 500 milliseconds. */
  readonly timeout?: Duration.Input | undefined
}

/** Locks over what keeps those of a name. Options out of range are a defect. */
export const makeLockLayer = Effect.fnUntraced(function* <R>(
  { name = "default", timeout = 500 }: LockLayerOptions = {},
  keeperOf: (name: string) => Effect.Effect<LockKeeper, never, R>
) {
  if (typeof name !== "string" || name === "") return yield* dies(wrong("name", "a string that is not empty", name))
  const time = milliseconds(timeout)
  if (time === undefined || time === 0 || time === Infinity) {
    return yield* dies(wrong("timeout", `${duration}, more than zero and finite`, timeout))
  }
  return yield* makeLock(yield* keeperOf(name), { name, timeout: time })
})

const dies = (message: string): Effect.Effect<never> => Effect.die(invalidOptions(message))
