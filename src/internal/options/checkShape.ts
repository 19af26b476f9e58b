/**
 * The checks of `truncate: Shape`.
 */
import type { Shape } from "./shapeOptions.ts"
import { count, isCount, isObject, isWhole, whole, wrong } from "./validators.ts"

const oneOf = (...allowed: ReadonlyArray<string>) => ({
  is: (u: unknown) => u === undefined || allowed.includes(u as string),
  text: `one of ${allowed.map((name) => `"${name}"`).join(", ")}`
})

const ends = oneOf("head", "ends")
const binaries = oneOf("omit", "base64", "native")

const isPointer = (u: unknown): boolean =>
  typeof u === "string" && (u === "" || u.startsWith("/")) && !/~(?![01])/.test(u)

const isPlace = (u: unknown): boolean =>
  typeof u === "string" && (u === "" || u.startsWith("/")) && !/~(?![012])/.test(u)

/** What is wrong with a shape, if anything is. */
export const checkShape = (shape: object): string | undefined => {
  const { arrays, at, binary, drop, from, keep, markers, strings, ...limits } = shape as Shape
  for (const name of ["maxDepth", "maxItems", "maxKeys", "maxString"] as const) {
    const limit = limits[name]
    if (limit !== undefined && !isCount(limit)) return wrong(`truncate.${name}`, count(0), limit)
  }
  if (!ends.is(strings)) return wrong("truncate.strings", ends.text, strings)
  if (!ends.is(arrays)) return wrong("truncate.arrays", ends.text, arrays)
  if (!binaries.is(binary)) return wrong("truncate.binary", binaries.text, binary)
  if (markers !== undefined && typeof markers !== "boolean") return wrong("truncate.markers", "true or false", markers)
  if (from !== undefined && !isWhole(from, 0)) return wrong("truncate.from", whole(0), from)
  if (at !== undefined && !isPointer(at)) return wrong("truncate.at", 'a JSON Pointer like "/users/0"', at)
  return checkPlaces("truncate.keep", keep) ?? checkPlaces("truncate.drop", drop)
}

const checkPlaces = (name: string, places: unknown): string | undefined => {
  if (places === undefined) return undefined
  if (!Array.isArray(places)) return wrong(name, "an array of JSON Pointers", places)
  const at = places.findIndex((place) => !isPlace(place))
  return at < 0 ? undefined : wrong(`${name}[${at}]`, 'a JSON Pointer like "/users/*/id"', places[at])
}

/** What is wrong with `truncate`, if anything is. */
export const checkTruncate = (truncate: unknown): string | undefined => {
  if (truncate === undefined || typeof truncate === "boolean") return undefined
  if (!isObject(truncate) || Array.isArray(truncate)) return wrong("truncate", "true, false or a shape", truncate)
  return checkShape(truncate)
}
