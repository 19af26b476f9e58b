/**
 * What is put around a value so that it stands at another place of a larger text: past the threshold of the synchronous path,
 * past several frames, first, last, between, below.
 *
 * The data around is made once and never changed, so that wrapping costs little.
 */
import type { Wrapping } from "./oracle.ts"
import type { ParityCase } from "./parityCase.ts"
import { nameShared } from "./recorder.ts"

export interface Padding extends Wrapping {
  readonly name: string
  /** More than a hundred thousand units of text. */
  readonly isLarge: boolean
}

// The keys are none that a case asks for: a replacer that puts something large under "id" would do so 1,500 times.
const records = Array.from({ length: 1500 }, (_, no) => ({
  no,
  label: `record ${no}`,
  marks: ["x", "y"],
  score: no / 7
}))
const texts = Array.from({ length: 40 }, (_, i) => `${i} Ünïcode 😀 "quoted" `.repeat(100 + i))
const numbers = Array.from({ length: 5000 }, (_, i) => Math.sqrt(i))
const map = Object.fromEntries(
  Array.from({ length: 3000 }, (_, i) => [`entry ${i}`, i % 5 === 0 ? { i, list: [i] } : `value ${i}`])
)
const moreOfMap = Object.fromEntries(Object.entries(map).map(([key, entry]) => [`${key}'`, entry]))
const text = "lorem ipsum dolor ".repeat(5000)
const short = "s".repeat(1200)

/** The data itself, for tests that need some. */
export const filler = { records, texts, numbers, map, text }
for (const [name, value] of Object.entries(filler)) nameShared(`filler.${name}`, value)

const sunk = (value: unknown): unknown => {
  let inner = value
  for (let i = 0; i < 350; i++) inner = { sunk: [inner] }
  return inner
}

export const paddings: ReadonlyArray<Padding> = [
  { name: "in a small array", isLarge: false, names: [], pointer: "/1", wrap: (value) => [short, value] },
  {
    name: "in a small object",
    isLarge: false,
    names: ["before", "value", "after"],
    pointer: "/value",
    wrap: (value) => ({ before: short, value, after: [1] })
  },
  {
    name: "three times in a small array",
    isLarge: false,
    names: ["again"],
    pointer: "/0",
    wrap: (value) => [value, short, { again: [value] }, value]
  },
  {
    name: "in the middle of an array",
    isLarge: true,
    names: [],
    pointer: "/1500",
    wrap: (value) => [...records, value, ...numbers]
  },
  {
    name: "between long texts",
    isLarge: true,
    names: ["before", "texts", "value", "text"],
    pointer: "/value",
    wrap: (value) => ({ before: 1, texts, value, text })
  },
  {
    name: "as the last entry",
    isLarge: true,
    names: ["records", "texts", "numbers", "last"],
    pointer: "/last",
    wrap: (value) => ({ records, texts, numbers, last: value })
  },
  {
    name: "as the first entry",
    isLarge: true,
    names: [],
    pointer: "/0",
    wrap: (value) => [value, records, numbers, texts]
  },
  {
    name: "nested between large siblings",
    isLarge: true,
    names: ["outer", "texts", "text", "one", "deep", "records", "numbers"],
    pointer: "/1/outer/1/deep",
    wrap: (value) => [numbers, { outer: [{ texts, text }, { one: 1, deep: value, records }, numbers], numbers }, text]
  },
  {
    name: "below 700 levels",
    isLarge: true,
    names: ["sunk", "texts", "value", "numbers"],
    pointer: "/value" + "/sunk/0".repeat(350),
    wrap: (value) => ({ texts, value: sunk(value), numbers })
  }
]

/** Padding with thousands of keys, which a list of names cannot name. */
export const widePaddings: ReadonlyArray<Padding> = [
  {
    name: "in the middle of a wide object",
    isLarge: true,
    names: [],
    pointer: "/value",
    wrap: (value) => ({ ...map, value, ...moreOfMap })
  },
  {
    name: "every hundredth of many",
    isLarge: true,
    names: [],
    pointer: "/0",
    wrap: (value) => Array.from({ length: 3000 }, (_, i) => (i % 100 === 0 ? value : records[i % records.length]))
  }
]

/** Which paddings suit a case. */
export const paddingsFor = (
  parityCase: Pick<ParityCase, "isLarge" | "isList" | "isHeavy" | "expected" | "mutates">
): ReadonlyArray<Padding> =>
  parityCase.isHeavy === true || parityCase.expected !== undefined
    ? []
    : // What a case changes may be only its own: the data around large values is shared by all.
      parityCase.isLarge === true || parityCase.mutates === true
      ? paddings.filter((padding) => !padding.isLarge)
      : parityCase.isList === true
        ? paddings
        : [...paddings, ...widePaddings]
