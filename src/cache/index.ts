/**
 * A cache of JSON text that is already serialized.
 *
 * @since 0.1.0
 */
export {
  type AsyncCache,
  type AsyncCacheOptions,
  type AsyncComputation,
  type AsyncCompute,
  makeCache,
  type Signalled
} from "./AsyncCache.ts"
export type { AsyncCached } from "./internal/asyncText.ts"
export * from "./CacheError.ts"
export { CacheHealth, type CacheHealthOptions, type CacheRule } from "./CacheHealth.ts"
export * from "./CacheStore.ts"
export { DistributedLock, type Lease, type LockLayerOptions, type LockOptions } from "./DistributedLock.ts"
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
export type { ResponseOptions } from "./internal/response.ts"
export type { CacheMetrics } from "./internal/snapshot.ts"
export * from "./LockError.ts"
export * from "./MemoryMonitor.ts"
export { SerializedCache } from "./SerializedCache.ts"
