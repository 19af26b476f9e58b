/** The texts that are parsed, by name: real and made data as bytes of UTF-8. */
import { dataSet } from "../data.ts"

/** Kinds of sets have limits of their own for the time of the calling thread, as shares of `JSON.parse`. */
export type Kind = "records" | "text" | "string"

export interface TextSet {
  readonly name: string
  readonly kind: Kind
  load(): Uint8Array
}

const set = (name: string, kind: Kind, value: () => unknown = () => dataSet(name).load(), space?: number): TextSet => ({
  name,
  kind,
  load: () => Buffer.from(JSON.stringify(value(), null, space))
})

export const textSets: ReadonlyArray<TextSet> = [
  set("cities", "records"),
  set("bcd", "records"),
  set("records", "records"),
  set("coastlines", "records"),
  set("atlas", "records"),
  set("bcd, pretty", "records", () => dataSet("bcd").load(), 2),
  set("vectors", "text"),
  set("transcript", "text"),
  set("licenses", "text"),
  set("icons", "text"),
  set("keys100k", "text"),
  set("string30", "string")
]

export const textSet = (name: string): TextSet => {
  const found = textSets.find((set) => set.name === name)
  if (found === undefined) throw new Error(`No set "${name}"`)
  return found
}

/** A text in chunks as a socket gives them. */
export const chunksOf = function* (bytes: Uint8Array, size = 65_536): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
