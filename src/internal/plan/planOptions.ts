/**
 * How a value is planned: what `JSON.stringify` was given, and what the frames are for.
 */
import type { FrameTask } from "../frame/frame.ts"
import { hasText } from "./frameBuilder.ts"

export interface PlanOptions {
  readonly replacer: ((this: unknown, key: string, value: unknown) => unknown) | null
  readonly list: ReadonlyArray<string> | null
  readonly gap: string
  /** What the answers of worker threads are to hold. */
  readonly output: FrameTask["output"]
  /**
   * Whether each property of the first `exactFirst` code units is read once only, as `JSON.stringify` reads it: a value
   * below the threshold may hide a getter or a proxy.
   */
  readonly exactFirst: number
  /** Whether each frame tells what is open at its end. */
  readonly tracksLevels: boolean
}

/** Whether a text that is JSON already goes out as it is. Else its value counts: it is indented, filtered, or cut. */
export const takesLiterals = ({ gap, list, replacer, tracksLevels }: PlanOptions): boolean =>
  replacer === null && list === null && gap === "" && !tracksLevels

/** Whether native code would call user code a second time, or print what is not there, in any frame. */
export const isAlwaysExact = ({ list, replacer }: PlanOptions): boolean => replacer !== null || readsPrototype(list)

// A name that every plain object inherits a value under: the copy of an object would print it.
const readsPrototype = (list: ReadonlyArray<string> | null): boolean =>
  list !== null && list.some((name) => hasText((Object.prototype as Record<string, unknown>)[name]))
