/** Indentation: what `space` means, and texts with gaps of every kind. */
import { nest, parityCase, type ParityCase } from "../parityCase.ts"

const sample = () => ({
  a: 1,
  'key "quoted"': "line\nbreak",
  empty: [{}, [], { a: [] }, [{}]],
  nothing: { a: undefined, b: () => 1 },
  list: [1, "two", undefined, [3, [4, { five: 5 }]], new Date(0)],
  buffer: Buffer.from("ab"),
  view: Uint8Array.of(1),
  map: new Map(),
  deep: nest(12, { bottom: [true] }, (inner) => ({ inner })),
  long: "x😀\n".repeat(30)
})

const gaps: ReadonlyArray<unknown> = [
  0,
  1,
  2,
  4,
  9,
  10,
  11,
  100,
  2.9,
  -1,
  NaN,
  Infinity,
  "",
  " ",
  "  ",
  "\t",
  "--",
  "0123456789",
  "0123456789more",
  "\n",
  "\n\n",
  "\r\n",
  "\n\t",
  '"',
  "\\",
  "{",
  "},[",
  "é",
  "😀",
  "\ud800",
  "\udc00",
  "\udc00\ud800",
  "012345678😀",
  "012345678\ud83d\ude00",
  "\u2028",
  "\0",
  "null",
  "$&",
  "$1",
  "a$",
  "1",
  true,
  null,
  {},
  [],
  Symbol("s"),
  () => 1
]

const names = new Set<string>()
const named = (space: unknown): string => {
  let name =
    typeof space === "string"
      ? JSON.stringify(space)
      : typeof space === "number"
        ? String(space)
        : `of type ${Object.prototype.toString.call(space)}`
  while (names.has(name)) name += "'"
  names.add(name)
  return name
}

const boxed: ReadonlyArray<
  readonly [string, (recorder: { throw(error: unknown): never }) => unknown, Partial<ParityCase>]
> = [
  ["a boxed number", () => new Number(3), {}],
  ["a boxed string", () => new String("ab"), {}],
  ["a boxed number with its own valueOf", () => Object.assign(new Number(3), { valueOf: () => 1 }), {}],
  ["a boxed string with its own toString", () => Object.assign(new String("ab"), { toString: () => "-" }), {}],
  ["a boxed boolean", () => new Boolean(true), {}],
  ["a proxied boxed number", () => new Proxy(new Number(3), {}), {}],
  [
    "a boxed number whose valueOf throws",
    (recorder) => Object.assign(new Number(3), { valueOf: () => recorder.throw("space") }),
    { fails: "UserCodeFailed" }
  ],
  [
    "a boxed string whose toString throws",
    (recorder) => Object.assign(new String(""), { toString: () => recorder.throw(undefined) }),
    { fails: "UserCodeFailed" }
  ]
]

export const spaceCases: ReadonlyArray<ParityCase> = [
  ...gaps.map((space) => parityCase(`space ${named(space)}`, sample, { options: () => ({ space }) })),
  ...boxed.map(([name, space, extra]) =>
    parityCase(`space: ${name}`, sample, { options: (recorder) => ({ space: space(recorder) }), ...extra })
  ),
  parityCase("pretty", sample, { options: () => ({ pretty: true }) }),
  parityCase("pretty false", sample, { options: () => ({ pretty: false }) }),
  parityCase("space wins over pretty", sample, { options: () => ({ pretty: true, space: 0 }) }),
  parityCase("pretty: a root without text", () => undefined, { options: () => ({ pretty: true }) }),
  ...["a", "", 1, null, [], {}, [[]], [{}], { a: {} }, [undefined]].map((value) =>
    parityCase(`pretty: ${JSON.stringify(value)}`, () => value, { options: () => ({ pretty: true }) })
  ),
  ...["  ", "\n", "\t\n", "\udc00\ud800", "😀"].flatMap((space) => [
    parityCase(
      `large with space ${JSON.stringify(space)}: records`,
      () => Array.from({ length: 3000 }, (_, i) => ({ i, text: "t\n".repeat(i % 20), v: [i, []] })),
      {
        options: () => ({ space }),
        isLarge: true
      }
    ),
    parityCase(
      `large with space ${JSON.stringify(space)}: one map`,
      () => Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i % 3 === 0 ? [i] : i])),
      {
        options: () => ({ space }),
        isLarge: true
      }
    ),
    parityCase(
      `large with space ${JSON.stringify(space)}: long strings`,
      () => ({ a: ["x😀\n".repeat(40_000)], b: { c: "y".repeat(70_000) } }),
      {
        options: () => ({ space }),
        isLarge: true
      }
    ),
    parityCase(
      `large with space ${JSON.stringify(space)}: numbers`,
      () => ({
        v: Float64Array.from({ length: 5000 }, (_, i) => i / 3),
        p: Array.from({ length: 3000 }, (_, i) => [i, -i])
      }),
      {
        options: () => ({ space }),
        isLarge: true
      }
    ),
    parityCase(
      `large with space ${JSON.stringify(space)}: 700 levels`,
      () => nest(700, { bottom: [1, {}] }, (inner) => [1, { inner }]),
      {
        options: () => ({ space }),
        isLarge: true
      }
    ),
    parityCase(`large with space ${JSON.stringify(space)}: a Buffer`, () => ({ b: Buffer.alloc(30_000, 7) }), {
      options: () => ({ space }),
      isLarge: true
    }),
    parityCase(
      `large with space ${JSON.stringify(space)}: toJSON everywhere`,
      (recorder) =>
        Array.from({ length: 500 }, (_, i) => ({ i, v: { toJSON: recorder.toJSON(() => ({ at: [i, {}, []] })) } })),
      {
        options: () => ({ space }),
        isLarge: true
      }
    )
  ])
]
