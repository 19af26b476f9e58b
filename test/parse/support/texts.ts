/** Generated JSON texts, whole and broken. */
import * as fc from "fast-check"

const characters = fc.constantFrom(...'ab"\\/\n\té東🙂\u0000\u007f[]{},:x1ÿ\u2028', "\ud800", "\udc00")
const strings = fc.string({ unit: characters, maxLength: 30 })

// V8 takes `"\"` for a key that ends with a backslash where it has just seen one: see `backslashKeys` in the cases.
const keys = fc
  .oneof(fc.constantFrom("a", "b", "__proto__", "constructor", "toString", "0", "1", "10", "-1", "length", ""), strings)
  .map((key) => key.replaceAll("\\", "/"))

const numbers = fc.oneof(
  fc.constantFrom("0", "-0", "1e400", "1e-400", "123456789012345678901234567890", "1E+2", "0.1e-7", "5e-324", "-1.5"),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number))
)

const blanks = fc.constantFrom("", "", "", " ", "\n", "\r\n", "\r", "\t  ")

/** Strings in two forms: as `JSON.stringify` writes them, and with escapes for all that may have one. */
const stringTexts = fc.oneof(
  strings.map((text) => JSON.stringify(text)),
  strings.map(
    (text) => `"${text.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`
  )
)

/** JSON texts with white space, duplicate keys, odd keys and odd numbers. */
export const jsonTexts: fc.Arbitrary<string> = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("true", "false", "null"),
    numbers,
    stringTexts,
    tie("array"),
    tie("object")
  ),
  array: fc
    .tuple(fc.array(fc.tuple(blanks, tie("value"), blanks), { maxLength: 12 }), blanks)
    .map(([items, blank]) => `[${items.length === 0 ? blank : items.map((item) => item.join("")).join(",")}]`),
  object: fc
    .tuple(
      fc.array(
        fc.tuple(
          blanks,
          keys.map((key) => JSON.stringify(key)),
          blanks,
          tie("value"),
          blanks
        ),
        {
          maxLength: 40,
          size: "small"
        }
      ),
      blanks
    )
    .map(
      ([entries, blank]) =>
        `{${
          entries.length === 0
            ? blank
            : entries.map(([before, key, behind, value, end]) => `${before}${key}${behind}:${value}${end}`).join(",")
        }}`
    )
})).value

const insertions = [...'"\\[]{},:x1-.e \n\u0001']

/** The same with a part taken out or a character put in, once or twice. */
export const brokenTexts: fc.Arbitrary<string> = fc
  .tuple(
    jsonTexts,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom("", ...insertions)), { minLength: 1, maxLength: 2 })
  )
  .map(([text, changes]) =>
    changes.reduce((current, [place, length, insertion]) => {
      const at = place % (current.length + 1)
      return current.slice(0, at) + insertion + current.slice(at + length)
    }, text)
  )

/** Bytes that are mostly UTF-8. */
export const brokenBytes: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.oneof(jsonTexts, brokenTexts),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(0x80, 0xff, 0xe2, 0xf0, 0xc3, 0xed, 0xef, 0xbb, 0xbf)), {
      maxLength: 3
    }),
    fc.boolean()
  )
  .map(([text, changes, hasMark]) => {
    const bytes = Buffer.from(hasMark ? `\ufeff${text}` : text)
    for (const [place, byte] of changes) if (bytes.length > 0) bytes[place % bytes.length] = byte
    return new Uint8Array(bytes)
  })
