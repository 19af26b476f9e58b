/** Nesting of any depth, with the text by hand where `JSON.stringify` gives up; and what is simply huge. */
import { nest, parityCase, type ParityCase } from "../parityCase.ts"

const levels = [100, 400, 499, 500, 501, 502, 999, 1000, 1001, 2000, 3299, 3300, 4400, 5000, 10_000, 20_000]

const shapes: {
  readonly [name: string]: {
    readonly wrap: (inner: unknown) => unknown
    readonly before: string
    readonly after: string
  }
} = {
  arrays: { wrap: (inner) => [inner], before: "[", after: "]" },
  objects: { wrap: (a) => ({ a }), before: '{"a":', after: "}" },
  "arrays with siblings": { wrap: (inner) => [1, inner, "x"], before: "[1,", after: ',"x"]' },
  "objects with siblings": { wrap: (b) => ({ a: null, b, c: [] }), before: '{"a":null,"b":', after: ',"c":[]}' },
  "both by turns": { wrap: (inner) => [{ a: inner }], before: '[{"a":', after: "}]" }
}

const shaped = (name: string, depth: number, extra: Partial<ParityCase> = {}): ParityCase => {
  const { after, before, wrap } = shapes[name]!
  return parityCase(`deep: ${depth} levels of ${name}`, () => nest(depth, { bottom: true }, wrap), {
    expected: () => before.repeat(depth) + '{"bottom":true}' + after.repeat(depth),
    isLarge: true,
    ...extra
  })
}

const pretty = (depth: number): string => {
  const lines: Array<string> = []
  for (let i = 0; i < depth; i++) lines.push(" ".repeat(i) + "[")
  lines.push(" ".repeat(depth) + "1")
  for (let i = depth - 1; i >= 0; i--) lines.push(" ".repeat(i) + "]")
  return lines.join("\n")
}

/** A value of `depth` levels that has a toJSON at each of them. */
const resolving = (depth: number): ParityCase =>
  parityCase(
    `deep: ${depth} levels, each given by a toJSON`,
    (recorder) => nest(depth, 1, (inner) => ({ toJSON: recorder.toJSON(() => [inner]) })),
    {
      expected: () => "[".repeat(depth) + "1" + "]".repeat(depth),
      isLarge: true
    }
  )

export const deepCases: ReadonlyArray<ParityCase> = [
  ...levels.flatMap((depth) => Object.keys(shapes).map((name) => shaped(name, depth))),
  shaped("arrays", 100_000),
  shaped("objects", 100_000),
  shaped("arrays with siblings", 100_000),
  ...[600, 3000].map((depth) =>
    parityCase(`deep: ${depth} levels, pretty`, () => nest(depth, 1, (inner) => [inner]), {
      options: () => ({ space: 1 }),
      expected: () => pretty(depth),
      isLarge: true
    })
  ),
  ...[600, 5000].map(resolving),
  ...[600, 6000].map((depth) =>
    parityCase(`deep: ${depth} levels with a replacer`, () => nest(depth, 1, (inner) => [inner]), {
      options: (recorder) => ({ replacer: recorder.replacer((_, value) => (value === 1 ? 2 : value)) }),
      expected: () => "[".repeat(depth) + "2" + "]".repeat(depth),
      isLarge: true
    })
  ),
  ...[600, 2300, 6000].map((depth) =>
    parityCase(`deep: ${depth} levels with a list`, () => nest(depth, { a: 1, b: 2 }, (a) => ({ b: 0, a })), {
      options: () => ({ replacer: ["a"] }),
      expected: () => '{"a":'.repeat(depth) + '{"a":1}' + "}".repeat(depth),
      isList: true,
      isLarge: true
    })
  ),
  parityCase(
    "deep: many branches of 700 levels",
    () => Array.from({ length: 20 }, (_, i) => nest(700, i, (inner) => ({ v: [inner] }))),
    { isLarge: true }
  ),
  parityCase(
    "deep: a level of everything",
    () => nest(520, new Date(0), (inner) => ({ inner, list: [undefined, () => 1, -0], text: "t".repeat(100) })),
    { isLarge: true }
  ),
  parityCase(
    "deep: the bottom is a cycle",
    () => {
      const bottom: Array<unknown> = []
      bottom.push(bottom)
      return nest(6000, bottom, (inner) => [inner])
    },
    { fails: "CyclicValue", pointer: "/0".repeat(6001), expected: () => "", isLarge: true }
  ),
  parityCase("deep: the bottom is a bigint", () => nest(6000, 1n, (inner) => [inner]), {
    fails: "UnsupportedValue",
    pointer: "/0".repeat(6000),
    expected: () => "",
    isLarge: true
  }),
  parityCase(
    "deep: the bottom throws",
    (recorder) => nest(6000, { toJSON: recorder.toJSON(() => recorder.throw("bottom")) }, (inner) => [inner]),
    {
      fails: "UserCodeFailed",
      pointer: "/0".repeat(6000),
      expected: () => "",
      isLarge: true
    }
  ),
  parityCase("huge: a string of 100 MB", () => "0123456789".repeat(10_000_000), { isHeavy: true, isLarge: true }),
  parityCase("huge: 100 MB of emoji", () => ({ text: "😀".repeat(25_000_000) }), { isHeavy: true, isLarge: true }),
  parityCase("huge: a million records", () => Array.from({ length: 1_000_000 }, (_, i) => ({ i, v: [i / 2] })), {
    isHeavy: true,
    isLarge: true
  })
]
