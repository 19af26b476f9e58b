/**
 * The options of a cache with the defaults filled in, and their checks.
 */
import type * as Duration from "effect/Duration"
import { byteCount, duration, isObject, milliseconds, wrong } from "./check.ts"
import { defaultEntry, type EntrySettings, entrySettings } from "./entrySettings.ts"
import type { Compression } from "../CacheStore.ts"
import type { CacheHooks } from "./model.ts"
import type { CacheOptions } from "./options.ts"

/** Times in milliseconds, sizes in bytes. */
export interface CacheSettings {
  readonly name: string
  readonly namespace: string
  readonly maxBytes: number
  readonly maxEntryBytes: number
  readonly entry: EntrySettings
  readonly hooks: CacheHooks
  readonly dependencies: ((key: string) => ReadonlyArray<string>) | undefined
  readonly lease: number
  readonly leaseWait: number
  readonly storeTimeout: number
  readonly transferTimeout: number
  readonly verifyWithin: number
  readonly heartbeat: number
  readonly whenDetached: "serve" | "bypass"
  readonly detachedTimeToLive: number
  readonly compression: Compression
  readonly replay: number
}

const times = {
  lease: 10_000,
  leaseWait: 30_000,
  storeTimeout: 500,
  transferTimeout: 5_000,
  verifyWithin: 3_000,
  heartbeat: 0,
  detachedTimeToLive: 10_000,
  replay: 60_000
}

const mayBeZero = new Set(["leaseWait", "replay"])

/** The settings of a cache, or what is wrong with its options. */
export const cacheSettings = (options: CacheOptions = {}): CacheSettings | string => {
  if (!isObject(options)) return wrong("options", "an object", options)
  const {
    compression = "zstd",
    dependencies,
    hooks = {},
    name = "default",
    version = "1",
    whenDetached = "serve"
  } = options
  if (typeof name !== "string" || name === "") return wrong("name", "a string that is not empty", name)
  if (typeof version !== "string" || version === "") return wrong("version", "a string that is not empty", version)
  const given = options.maxBytes
  const maxBytes = given === undefined ? 64 * 1024 * 1024 : byteCount(given)
  if (maxBytes === undefined || maxBytes === 0) {
    return wrong("maxBytes", 'a size, more than zero, as bytes or like "64 MiB"', given)
  }
  const largest = options.maxEntryBytes
  const maxEntryBytes = largest === undefined ? Math.floor(maxBytes / 8) : byteCount(largest)
  if (maxEntryBytes === undefined || maxEntryBytes > maxBytes) {
    return wrong("maxEntryBytes", "a size, at most `maxBytes`", largest)
  }
  if (dependencies !== undefined && typeof dependencies !== "function") {
    return wrong("dependencies", "a function", dependencies)
  }
  if (!isObject(hooks)) return wrong("hooks", "an object", hooks)
  if (whenDetached !== "serve" && whenDetached !== "bypass") {
    return wrong("whenDetached", '"serve" or "bypass"', whenDetached)
  }
  if (compression !== "zstd" && compression !== "gzip" && compression !== "none") {
    return wrong("compression", 'one of "zstd", "gzip", "none"', compression)
  }
  const settings = { ...times }
  for (const name of Object.keys(times) as Array<keyof typeof times>) {
    const given: Duration.Input | undefined = options[name]
    if (given === undefined) continue
    const time = milliseconds(given)
    if (time === undefined || time === Infinity || (time === 0 && !mayBeZero.has(name))) {
      return wrong(name, `${duration}, more than zero and finite`, given)
    }
    settings[name] = time
  }
  if (settings.heartbeat === 0) settings.heartbeat = settings.verifyWithin / 3
  const entry = entrySettings(options.entry, defaultEntry)
  if ("_tag" in entry) return entry.message
  const namespace = `${encodeURIComponent(name.toWellFormed())}:${encodeURIComponent(version.toWellFormed())}`
  return {
    ...settings,
    name,
    namespace,
    maxBytes,
    maxEntryBytes,
    entry,
    hooks,
    dependencies,
    whenDetached,
    compression
  }
}
