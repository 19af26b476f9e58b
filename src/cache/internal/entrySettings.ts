/**
 * The options of an entry with the defaults filled in, and their checks.
 */
import type * as Duration from "effect/Duration"
import type { SerializeOptions } from "../../Serialization.ts"
import type { CacheError } from "../CacheError.ts"
import { checkKey, invalidOptions } from "./errors.ts"
import { duration, isObject, isShare, milliseconds, share, wrong } from "./check.ts"
import type { CachedFailures, EntryOptions } from "./model.ts"

/** Times in milliseconds. */
export interface EntrySettings {
  readonly timeToLive: number
  readonly jitter: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  /** More than 1: never. */
  readonly refreshAhead: number
  /** `Infinity`: as long as in the store. */
  readonly memoryTimeToLive: number
  readonly tags: ReadonlyArray<string>
  readonly dependsOn: ReadonlyArray<string>
  readonly softTimeout: number
  readonly hardTimeout: number
  readonly failures: CachedFailures<any> | undefined
  readonly serialize: SerializeOptions | undefined
  readonly isStrong: boolean
}

export const defaultEntry: EntrySettings = {
  timeToLive: 300_000,
  jitter: 0.1,
  staleWhileRevalidate: 0,
  staleIfError: 0,
  refreshAhead: Infinity,
  memoryTimeToLive: Infinity,
  tags: [],
  dependsOn: [],
  softTimeout: Infinity,
  hardTimeout: Infinity,
  failures: undefined,
  serialize: undefined,
  isStrong: false
}

const longest = 30 * 24 * 3_600_000

const times = [
  "timeToLive",
  "staleWhileRevalidate",
  "staleIfError",
  "memoryTimeToLive",
  "softTimeout",
  "hardTimeout"
] as const

/** The settings of an entry, or what is wrong with its options. */
export const entrySettings = (
  options: EntryOptions<any> | EntryOptions | undefined,
  defaults: EntrySettings
): EntrySettings | CacheError => {
  if (options === undefined) return defaults
  if (!isObject(options)) return invalidOptions(wrong("options", "an object", options))
  const settings: { -readonly [K in keyof EntrySettings]: EntrySettings[K] } = { ...defaults }
  for (const name of times) {
    const given: Duration.Input | undefined = options[name]
    if (given === undefined) continue
    const time = milliseconds(given)
    if (time === undefined) return invalidOptions(wrong(name, duration, given))
    settings[name] = time
  }
  const { consistency, dependsOn, failures, jitter, refreshAhead, serialize, tags } = options
  const stale = Math.max(settings.staleWhileRevalidate, settings.staleIfError)
  if (settings.timeToLive === 0) {
    return invalidOptions(wrong("timeToLive", `${duration}, more than zero`, options.timeToLive))
  }
  if (settings.timeToLive + stale > longest) {
    return invalidOptions("Expected `timeToLive` to be at most 30 days together with the longer stale window")
  }
  if (jitter !== undefined) {
    if (!isShare(jitter)) return invalidOptions(wrong("jitter", share, jitter))
    settings.jitter = jitter
  }
  if (refreshAhead !== undefined) {
    if (!isShare(refreshAhead)) return invalidOptions(wrong("refreshAhead", share, refreshAhead))
    settings.refreshAhead = refreshAhead
  }
  if (consistency !== undefined) {
    if (consistency !== "bounded" && consistency !== "strong") {
      return invalidOptions(wrong("consistency", '"bounded" or "strong"', consistency))
    }
    settings.isStrong = consistency === "strong"
  }
  if (failures !== undefined) {
    if (!isObject(failures) || typeof failures.timeToLive !== "function") {
      return invalidOptions(wrong("failures", "an object with `schema` and a function `timeToLive`", failures))
    }
    settings.failures = failures as CachedFailures<any>
  }
  if (serialize !== undefined) {
    if (!isObject(serialize)) return invalidOptions(wrong("serialize", "an object", serialize))
    if ((serialize as SerializeOptions).routing === "sync") {
      return invalidOptions('Expected `serialize.routing` not to be "sync": it blocks the event loop')
    }
    settings.serialize = serialize
  }
  return namesOf(settings, tags, dependsOn) ?? settings
}

const namesOf = (
  settings: { tags: ReadonlyArray<string>; dependsOn: ReadonlyArray<string> },
  tags: ReadonlyArray<string> | undefined,
  dependsOn: ReadonlyArray<string> | undefined
): CacheError | undefined => {
  if (tags !== undefined) {
    if (!Array.isArray(tags)) return invalidOptions(wrong("tags", "an array of strings", tags))
    settings.tags = tags
  }
  if (dependsOn !== undefined) {
    if (!Array.isArray(dependsOn)) return invalidOptions(wrong("dependsOn", "an array of strings", dependsOn))
    settings.dependsOn = dependsOn
  }
  for (const name of [...settings.tags, ...settings.dependsOn]) {
    const error = checkKey(name)
    if (error !== undefined) return error
  }
  return undefined
}
