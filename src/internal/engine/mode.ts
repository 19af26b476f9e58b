/**
 * Decides which arm of the rollout a call is in, and how it is done.
 */
import type { SerializeOptions } from "../options/callOptions.ts"
import { spaceOf } from "../options/stringifyArguments.ts"
import type { Arm } from "../telemetry/outcome.ts"
import { canFillArrays, isPatched } from "../value/intrinsics.ts"
import { estimate, hiddenSize } from "../walk/estimateSize.ts"
import type { EngineSettings } from "./layerOptions.ts"
import type { Rollout } from "./rollout.ts"
import { asksForShape } from "./shapeCall.ts"

export interface Mode {
  readonly arm: Arm
  /**
   * By plain `JSON.stringify`; by the engine in one go, where a limit or user code must be watched; or by the engine in
   * turns.
   */
  readonly how: "native" | "inline" | "job"
  /** The value may hide getters that are to run once. */
  readonly isHidden: boolean
}

// Made once: a small call allocates nothing here.
const native: Mode = { arm: "none", how: "native", isHidden: false }
const inline: Mode = { arm: "none", how: "inline", isHidden: false }
const controlNative: Mode = { arm: "control", how: "native", isHidden: false }
const controlInline: Mode = { arm: "control", how: "inline", isHidden: false }
const job: Mode = { arm: "offloop", how: "job", isHidden: false }
const hiddenJob: Mode = { arm: "offloop", how: "job", isHidden: true }

/** Code units, and bytes, that one code unit of a string makes at most: an escape like `\\u0000`. */
const longestEscape = 6

export const modeOf = (
  value: unknown,
  options: SerializeOptions | undefined,
  settings: EngineSettings,
  rollout: Rollout
): Mode => {
  const { routing, syncThreshold } = settings
  const maxSize = options?.maxSize ?? Infinity
  const callsReplacer = typeof options?.replacer === "function"
  const isShaped = asksForShape(options)
  const isWatched = callsReplacer || maxSize !== Infinity || isShaped
  if ((options?.routing ?? routing) === "sync" || !canFillArrays()) return isWatched ? inline : native
  const size = callsReplacer || syncThreshold === 0 || isPatched() ? Number.MAX_VALUE : estimate(value, syncThreshold)
  if (size >= syncThreshold) {
    if (rollout.takes(options?.rolloutKey)) return size === hiddenSize ? hiddenJob : job
    return isWatched ? controlInline : controlNative
  }
  if (isShaped) return inline
  return maxSize === Infinity || (spaceOf(options!) === undefined && size * longestEscape <= maxSize) ? native : inline
}
