/**
 * The store at an address of the environment. Only a program that has one loads this file, and the package `redis`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { CacheStore } from "../../CacheStore.ts"
import { ownPort } from "./ports.ts"
import { makeRedisStore } from "./store.ts"

export const storeAt = (url: Redacted.Redacted): Layer.Layer<CacheStore> =>
  Layer.effect(
    CacheStore,
    Effect.map(
      Effect.flatMap(loadRedis, (createClient) => ownPort(createClient, { url: Redacted.value(url) })),
      (port) => makeRedisStore(port)
    )
  )

const loadRedis = Effect.orDie(
  Effect.tryPromise({
    // What a bundler does not find it leaves out, if it is caught.
    try: () =>
      import("redis").then(({ createClient }) => createClient).catch((cause: unknown) => Promise.reject(cause)),
    catch: (cause) =>
      new Error("SERIALIZATION_CACHE_REDIS_URL needs the package `redis`, version 6: npm install redis@6", { cause })
  })
)
