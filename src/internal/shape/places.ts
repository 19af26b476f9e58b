/**
 * Places that a shape names: RFC 6901 pointers, in which a segment `*` stands for any key or index.
 */

/** A segment for each level; `null` for any. */
export type Place = ReadonlyArray<string | null>

/** How far a place is followed at some container: which of its segments is next. */
export interface Trail {
  readonly place: Place
  readonly next: number
  /** The number of the place in its list. */
  readonly order: number
}

export type Trails = ReadonlyArray<Trail>

/** What of some trails goes on behind a key, and the first of the places that end there; `Infinity` where none does. */
export interface Followed {
  readonly trails: Trails
  readonly ended: number
}

export const noTrails: Trails = []
const nowhere: Followed = { trails: noTrails, ended: Infinity }

const unescapes: Readonly<Record<string, string>> = { "~0": "~", "~1": "/", "~2": "*" }
const unescape = (segment: string): string => segment.replace(/~[012]/g, (escape) => unescapes[escape]!)

/** The segments of a valid pointer. `*` and `~2` mean nothing in it. */
export const segmentsOf = (pointer: string): ReadonlyArray<string> => pointer.split("/").slice(1).map(unescape)

/** A place, from a valid pattern. */
export const placeOf = (pattern: string): Place =>
  pattern
    .split("/")
    .slice(1)
    .map((segment) => (segment === "*" ? null : unescape(segment)))

/** Trails at the root. */
export const beginTrails = (places: ReadonlyArray<Place>): Trails =>
  places.flatMap((place, order) => (place.length === 0 ? [] : [{ place, next: 0, order }]))

/** Goes one level down. */
export const follow = (trails: Trails, key: string): Followed => {
  if (trails.length === 0) return nowhere
  const on: Array<Trail> = []
  let ended = Infinity
  for (const { next, order, place } of trails) {
    const segment = place[next]!
    if (segment !== null && segment !== key) continue
    if (next + 1 === place.length) ended = Math.min(ended, order)
    else on.push({ place, next: next + 1, order })
  }
  return on.length === 0 && ended === Infinity ? nowhere : { trails: on, ended }
}
