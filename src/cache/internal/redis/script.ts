/**
 * Scripts in Lua, each atomic. Redis knows a script by its digest once it was sent; it is sent again where a server
 * does not know it: after a restart, a failover, a `SCRIPT FLUSH`.
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { StoreError } from "../../CacheStore.ts"
import type { RedisArgument, RedisPort } from "./port.ts"

export interface Script {
  readonly source: string
  readonly digest: string
}

/** A script from its pieces: what several of them share comes first. A line `#!lua` has to be the very first. */
export const makeScript = (...pieces: ReadonlyArray<string>): Script => {
  const source = pieces.map((piece) => piece.trim()).join("\n")
  return { source, digest: createHash("sha1").update(source).digest("hex") }
}

/** Runs a script with one key, which says what node it runs on. */
export const evaluate = (
  port: RedisPort,
  { digest, source }: Script,
  key: string,
  args: ReadonlyArray<RedisArgument>
): Effect.Effect<unknown, StoreError> =>
  attempt(() =>
    port.command(key, ["EVALSHA", digest, "1", key, ...args]).catch((error: unknown) => {
      if (!errorText(error).startsWith("NOSCRIPT")) throw error
      return port.command(key, ["EVAL", source, "1", key, ...args])
    })
  )

/** One round trip. A server that is full says so; whatever else goes wrong, it does not answer. */
export const attempt = <A>(f: () => Promise<A>): Effect.Effect<A, StoreError> =>
  Effect.tryPromise({
    try: f,
    catch: (cause) => new StoreError({ kind: errorText(cause).startsWith("OOM") ? "full" : "unavailable", cause })
  })

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : "")
