/**
 * A shape with its defaults filled in and its places read.
 */
import type { Shape } from "../options/shapeOptions.ts"
import { type Place, placeOf, segmentsOf } from "./places.ts"

export interface ShapeSettings {
  readonly keep: ReadonlyArray<Place>
  readonly drop: ReadonlyArray<Place>
  readonly maxDepth: number
  readonly maxItems: number
  readonly maxKeys: number
  readonly maxString: number
  /** Strings keep their tail too. */
  readonly isStringTailKept: boolean
  /** Arrays keep their last elements too. */
  readonly isArrayTailKept: boolean
  readonly binary: "omit" | "base64" | "native"
  readonly markers: boolean
  readonly at: ReadonlyArray<string>
  readonly from: number
}

/** Of a shape that was checked (`options/checkShape.ts`). */
export const settingsOf = ({
  arrays,
  at = "",
  binary = "omit",
  drop = [],
  from = 0,
  keep = [],
  markers = true,
  maxDepth = Infinity,
  maxItems = Infinity,
  maxKeys = Infinity,
  maxString = Infinity,
  strings
}: Shape): ShapeSettings => ({
  keep: keep.map(placeOf),
  drop: drop.map(placeOf),
  maxDepth,
  maxItems,
  maxKeys,
  maxString,
  isStringTailKept: strings !== "head",
  isArrayTailKept: arrays === "ends",
  binary,
  markers,
  at: segmentsOf(at),
  from
})
