/**
 * Long strings, and values whose text ends at odd places: wherever a frame or a piece of a string is cut, no surrogate pair,
 * escape or entry may suffer.
 */
import { casesOf, parityCase, type ParityCase } from "../parityCase.ts"

const sizes = [16, 32, 64].map((kilo) => kilo * 1024)
const shifts = [-3, -2, -1, 0, 1, 2, 3]

// Pieces of text that repeat with a period of 2, 3 or 5 units: whatever the length of a piece is, some shift of them has its
// border inside.
const repeated: { readonly [name: string]: string } = {
  emoji: "😀",
  "a letter and an emoji": "a😀",
  "a lone high half before a pair": "\ud83d😀",
  "a lone low half behind a pair": "😀\ude00",
  "lone low halves": "\udc00",
  "lone high halves": "\ud800",
  "lone halves in the wrong order": "\udc00\ud800",
  escapes: '\n"\\',
  "control characters": "\u0001\u001f",
  "two byte letters": "é",
  "three byte letters": "€",
  "letters of every length": "aé€😀",
  "line separators": "\u2028"
}

const periodic = Object.entries(repeated).flatMap(([name, unit]) =>
  [0, 1, 2].map((shift) =>
    parityCase(
      `long strings: ${name}, behind ${shift} letters`,
      () => "x".repeat(shift) + unit.repeat(Math.ceil(150_000 / unit.length)),
      {
        isLarge: true
      }
    )
  )
)

/** One surrogate pair, lone half or escape, placed `at` in a string of letters. */
const placed = (at: number, what: string): string => "x".repeat(at) + what + "y".repeat(1000)

const borders = sizes.flatMap((size) => [
  parityCase(`borders: a pair around ${size}`, () => shifts.map((shift) => placed(size + shift, "😀")), {
    isLarge: true
  }),
  parityCase(`borders: a lone high half around ${size}`, () => shifts.map((shift) => placed(size + shift, "\ud83d")), {
    isLarge: true
  }),
  parityCase(`borders: a lone low half around ${size}`, () => shifts.map((shift) => placed(size + shift, "\ude00")), {
    isLarge: true
  }),
  parityCase(
    `borders: high, pair, low around ${size}`,
    () => shifts.map((shift) => placed(size + shift, "\ud83d😀\ude00")),
    { isLarge: true }
  ),
  parityCase(`borders: an escape around ${size}`, () => shifts.map((shift) => placed(size + shift, '\u0000"\n')), {
    isLarge: true
  }),
  parityCase(
    `borders: strings of exactly ${size} and a few more or less`,
    () => shifts.map((shift) => "z".repeat(size + shift)),
    { isLarge: true }
  ),
  parityCase(
    `borders: a pair around ${size}, under keys`,
    () => Object.fromEntries(shifts.map((shift) => [`k${shift}`, placed(size + shift, "😀")])),
    { isLarge: true }
  ),
  parityCase(
    `borders: a value of any kind behind ${size} units`,
    () =>
      shifts.map((shift) => ["f".repeat(size + shift), 1, "😀", null, { a: [] }, new Date(0), undefined, [true], {}]),
    { isLarge: true }
  ),
  parityCase(
    `borders: an array of numbers of about ${size} units`,
    () => shifts.map((shift) => ({ numbers: Array.from({ length: (size + shift) >> 2 }, () => 123), next: shift })),
    { isLarge: true }
  ),
  parityCase(
    `borders: keys up to ${size} units long`,
    () => Object.fromEntries(shifts.map((shift) => ["k".repeat(size + shift) + "😀", shift])),
    { isLarge: true }
  )
])

const joined = (parts: number): string => {
  let text = ""
  for (let i = 0; i < parts; i++) text += `part ${i} 😀, `
  return text
}

const kinds = casesOf(
  "long strings",
  {
    "built with +=": () => ({ text: joined(20_000) }),
    "a slice of a longer one": () => joined(20_000).slice(7, 150_001),
    "one wide letter at the end": () => "a".repeat(200_000) + "€",
    "one wide letter at the start": () => "€" + "a".repeat(200_000),
    "latin letters only": () => "ÿ".repeat(100_000),
    boxed: () => ({ text: new String("😀b".repeat(40_000)) }),
    "given by a toJSON": () => ({ text: { toJSON: () => "x😀".repeat(40_000) } }),
    "many in a row": () => Array.from({ length: 40 }, (_, i) => String.fromCharCode(0x61 + (i % 26)).repeat(5000 + i)),
    "one between small values": () => ({
      a: 1,
      b: [{ c: "t".repeat(100_000) }, 2],
      d: { e: "\n".repeat(30_000), f: null }
    }),
    "deep below": () => {
      let value: unknown = "deep 😀".repeat(20_000)
      for (let i = 0; i < 600; i++) value = i % 2 === 0 ? [value] : { v: value }
      return value
    },
    "one shared by many": () => {
      const text = "shared é ".repeat(3000)
      return Array.from({ length: 12 }, (_, i) => ({ [i]: text, text }))
    }
  },
  { isLarge: true }
)

const thresholds = [1000, 1010, 1020, 1021, 1022, 1023, 1024, 1025, 1026, 1030, 2048].flatMap((size) => [
  parityCase(`threshold: a string of ${size} units`, () => "s".repeat(size)),
  parityCase(`threshold: a string of ${size} bytes`, () => "é".repeat(size / 2)),
  parityCase(`threshold: an array of ${size} units`, () => Array.from({ length: size >> 1 }, () => 1)),
  parityCase(`threshold: an object of about ${size} units`, () => ({ a: "x".repeat(size - 20), b: new Date(0), c: [] }))
])

export const pieceCases: ReadonlyArray<ParityCase> = [...periodic, ...borders, ...kinds, ...thresholds]
