/**
 * A cache of JSON text that is already serialized.
 *
 * @since 0.1.0
 */
export * from "./CacheError.ts"
export * from "./CacheStore.ts"
export type {
  Cached,
  CachedFailures,
  CacheEvent,
  CacheHooks,
  Compute,
  EntryOptions,
  EvictionCause,
  InvalidateOptions,
  Invalidation,
  ReadOptions
} from "./internal/model.ts"
export type { CacheOptions } from "./internal/options.ts"
export { SerializedCache } from "./SerializedCache.ts"
