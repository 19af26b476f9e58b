/**
 * Loads the package `redis`, which is an optional peer: only a program that asks for a connection has it.
 */
import * as Effect from "effect/Effect"
import type * as Redis from "redis"

/** The package, or a defect that says how to get it. */
export const loadRedis: Effect.Effect<typeof Redis> = Effect.tryPromise({
  // A bundler that does not find what is caught here leaves it out.
  try: () => import("redis").catch((cause: unknown) => Promise.reject(cause)),
  catch: (cause) => new Error("A cache over Redis needs the package `redis`: npm install redis@6", { cause })
}).pipe(Effect.orDie)
