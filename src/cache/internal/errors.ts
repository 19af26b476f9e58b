/**
 * Short constructors of errors, and what makes a key wrong.
 */
import type * as Duration from "effect/Duration"
import {
  CacheError,
  ComputeTimedOut,
  DependencyCycle,
  InvalidKey,
  InvalidOptions,
  StoreUnavailable,
  TooManyNames
} from "../CacheError.ts"
import { mostNames } from "./names.ts"

export const invalidOptions = (message: string): CacheError =>
  new CacheError({ reason: new InvalidOptions({ message }) })

export const dependencyCycle = (keys: ReadonlyArray<string>): CacheError =>
  new CacheError({ reason: new DependencyCycle({ keys }) })

export const tooManyNames = (): CacheError => new CacheError({ reason: new TooManyNames({ limit: mostNames }) })

export const computeTimedOut = (after: Duration.Duration): CacheError =>
  new CacheError({ reason: new ComputeTimedOut({ after }) })

export const storeUnavailable = (cause: unknown): CacheError =>
  new CacheError({ reason: new StoreUnavailable({ cause }) })

const mostBytes = 1024

/** What is wrong with a key or a tag, if anything is. */
export const checkKey = (key: unknown): CacheError | undefined => {
  if (typeof key !== "string") return invalidKey(String(typeof key), "no string")
  if (key === "") return invalidKey(key, "empty")
  // A code unit is three bytes at most: few keys have to be counted.
  if (key.length * 3 > mostBytes && Buffer.byteLength(key) > mostBytes) return invalidKey(key, "too long")
  return key.isWellFormed() ? undefined : invalidKey(key, "lone surrogate")
}

const invalidKey = (key: string, problem: InvalidKey["problem"]): CacheError =>
  new CacheError({ reason: new InvalidKey({ key: key.slice(0, 80), problem }) })
