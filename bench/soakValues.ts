/**
 * Random values and options for `bench/soak.ts`: from one number to a megabyte of text, of every kind that `JSON.stringify` knows, some of
 * them with user code, some with one fault.
 */
import type { SerializeOptions } from "../src/Serialization.ts"
import { makeText, type Random } from "./data/random.ts"

/** A fault that fails the call, as the library names it. */
export type Fault = "UnsupportedValue" | "CyclicValue" | "UserCodeFailed"

export interface RandomCall {
  readonly value: unknown
  readonly options: SerializeOptions
  readonly fault: Fault | undefined
}

class Point {
  readonly x: number
  constructor(x: number) {
    this.x = x
  }
  toJSON(): unknown {
    return { x: this.x, y: `é${-this.x}` }
  }
}

const odd: ReadonlyArray<(random: Random) => unknown> = [
  () => undefined,
  () => () => 1,
  () => Symbol("s"),
  () => null,
  () => -0,
  () => NaN,
  () => '\ud800 alone, \u2028 and "quoted" \\ \n\u0007',
  () => "😀".repeat(50),
  () => new Date(8.64e15),
  () => new Date(NaN),
  () => new Map([[1, 2]]),
  () => /a/g,
  () => Object.assign(Object.create(null), { __proto__: 1, 10: 2, b: 3, 2: 4 }),
  () => JSON.parse('{"__proto__":{"a":1},"constructor":2}'),
  () => [, 1, , undefined],
  () => Object(1),
  () => Object("boxed"),
  () => Buffer.from("bytes"),
  (random) => new Float64Array(random.int(random.int(1000))).fill(0.1),
  (random) => new Uint8Array(random.int(random.int(1000))).fill(7),
  (random) => new Point(random.int(1000)),
  () => ({
    get own() {
      return "a getter"
    }
  }),
  () => new Proxy([1, 2, 3], {}),
  (random) => "\u0001".repeat(random.int(random.int(1000)))
]

/** A tree whose text is about `size` long. */
const tree = (random: Random, size: number, depth: number): unknown => {
  const kind = random.int(10)
  if (size < 40 || depth > 60)
    return kind < 3 ? random.pick(odd)(random) : kind < 6 ? random.int(1e6) : makeText(random, size)
  if (kind === 0) return makeText(random, size)
  if (kind === 1) return Array.from({ length: size / 8 }, () => random.int(1e9) / 3)
  if (kind === 2)
    return Array.from({ length: size / 60 }, (_, id) => ({ id, name: `name ${id}`, on: id % 2 === 0, at: null }))
  const count = 1 + random.int(random.int(4) === 0 ? Math.min(2000, Math.ceil(size / 30)) : 12)
  const children = Array.from({ length: count }, () => tree(random, size / count, depth + 1))
  if (kind < 5) return children
  return Object.fromEntries(children.map((child, i) => [random.int(5) === 0 ? `${i * 7}` : `key ${i}`, child]))
}

const plant = (random: Random, value: unknown, fault: Fault): unknown => {
  const container: Record<string, unknown> = { value, after: [1, 2] }
  const at = random.int(2) === 0 ? "before" : "after"
  const root =
    at === "before" ? { fault: undefined as unknown, ...container } : { ...container, fault: undefined as unknown }
  if (fault === "UnsupportedValue") root.fault = 1n
  else if (fault === "CyclicValue") root.fault = [root]
  else {
    root.fault = {
      toJSON: () => {
        throw new Error("user code")
      }
    }
  }
  return root
}

const spaces = [undefined, undefined, undefined, 2, "\t", " \n"]
const routings = ["adaptive", "worker", "sliced", "sync"] as const

export const randomCall = (random: Random): RandomCall => {
  const size = 2 ** (random.next() * 20)
  const inner = tree(random, size, 0)
  const fault =
    random.int(12) === 0 ? random.pick(["UnsupportedValue", "CyclicValue", "UserCodeFailed"] as const) : undefined
  const value = fault === undefined ? { inner } : plant(random, inner, fault)
  const replacer = random.int(10)
  const hasLimit = random.int(4) === 0
  const options: SerializeOptions = {
    routing: random.pick(fault === "CyclicValue" ? routings.filter((routing) => routing !== "sync") : routings),
    space: random.pick(spaces),
    ...(replacer === 0 && {
      replacer: (_: string, inside: unknown) => (typeof inside === "number" ? inside + 1 : inside)
    }),
    ...(replacer === 1 && { replacer: ["inner", "value", "fault", "id", "name", "key 1", "key 2", 7] }),
    ...(hasLimit && { maxSize: 40 + Math.floor(size * random.next() * 1.5), truncate: random.int(2) === 0 })
  }
  return { value, options, fault }
}
