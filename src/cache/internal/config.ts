/**
 * The options of a cache in the environment.
 */
import * as Config from "effect/Config"
import type { CacheOptions } from "./options.ts"

const { Duration, Literals, String: Text } = Config

const optional = <A>(self: Config.Config<A>): Config.Config<A | undefined> => Config.withDefault(self, undefined)

const entry = {
  timeToLive: optional(Duration("SERIALIZATION_CACHE_TIME_TO_LIVE")),
  jitter: optional(Config.Number("SERIALIZATION_CACHE_JITTER")),
  staleWhileRevalidate: optional(Duration("SERIALIZATION_CACHE_STALE_WHILE_REVALIDATE")),
  staleIfError: optional(Duration("SERIALIZATION_CACHE_STALE_IF_ERROR"))
}

export const config = {
  name: optional(Text("SERIALIZATION_CACHE_NAME")),
  version: optional(Text("SERIALIZATION_CACHE_VERSION")),
  maxBytes: optional(Config.ByteSize("SERIALIZATION_CACHE_MAX_BYTES")),
  maxEntryBytes: optional(Config.ByteSize("SERIALIZATION_CACHE_MAX_ENTRY_BYTES")),
  entry,
  lease: optional(Duration("SERIALIZATION_CACHE_LEASE")),
  leaseWait: optional(Duration("SERIALIZATION_CACHE_LEASE_WAIT")),
  storeTimeout: optional(Duration("SERIALIZATION_CACHE_STORE_TIMEOUT")),
  transferTimeout: optional(Duration("SERIALIZATION_CACHE_TRANSFER_TIMEOUT")),
  verifyWithin: optional(Duration("SERIALIZATION_CACHE_VERIFY_WITHIN")),
  heartbeat: optional(Duration("SERIALIZATION_CACHE_HEARTBEAT")),
  whenDetached: optional(Literals(["serve", "bypass"], "SERIALIZATION_CACHE_WHEN_DETACHED")),
  detachedTimeToLive: optional(Duration("SERIALIZATION_CACHE_DETACHED_TIME_TO_LIVE")),
  compression: optional(Literals(["zstd", "gzip", "none"], "SERIALIZATION_CACHE_COMPRESSION")),
  replay: optional(Duration("SERIALIZATION_CACHE_REPLAY"))
} satisfies Config.Wrap<Omit<CacheOptions, "hooks" | "dependencies">>

/** Where the second tier is, if there is one. */
export const redisUrl = optional(Config.Redacted("SERIALIZATION_CACHE_REDIS_URL"))

/** The options of the environment, and those of the code, which win. */
export const withEnvironment = (
  read: object & { readonly entry: object },
  options: CacheOptions | undefined
): CacheOptions =>
  // The type of a size is a union of templates, which TypeScript gives up on when it spreads it.
  ({ ...read, ...(options as object), entry: { ...read.entry, ...options?.entry } })
