/**
 * A frame to its text: the only place that turns values into JSON off the synchronous path. Worker threads and the calling
 * thread run this same code, so the routes cannot differ.
 */
import { isStringOneByteRepresentation } from "node:v8"
import { toBytes } from "../output/utf8.ts"
import { digitsOf } from "./byteDigits.ts"
import { isPatched, stringify } from "../value/intrinsics.ts"
import { marked } from "../value/ownStringify.ts"
import { type Entries, type FrameResult, type FrameTask, type Indexed, Kind, emptyGap } from "./frame.ts"

const { join } = Array.prototype

/** The text of a frame. */
export const encodeText = (task: FrameTask): string => {
  const { depths, gap, kinds, leads, list, values } = task
  const names = list as Array<string> | null
  const shielded = isPatched()
  let text = ""
  for (let i = 0; i < values.length; i++) {
    const kind = kinds[i]!
    const value = values[i]
    if (shielded && kind === Kind.items) shield(value as object)
    text += leads[i]
    if (gap === "") {
      text += kind === Kind.whole ? print(value, names) : compact(kind, value, names)
    } else {
      text += pretty(kind, value, names, gap, depths[i]!)
    }
  }
  text += task.tail
  return gap === emptyGap ? text.replaceAll(emptyGap, "") : text
}

/** The answer to a frame: text, or bytes. */
export const encodeFrame = (task: FrameTask): FrameResult => {
  const text = encodeText(task)
  return task.output === "bytes" ? { text: undefined, bytes: toBytes(text) } : { text, bytes: undefined }
}

// Node 26 takes 1.3 to 1.5 times as long for flat records where the second argument is `null` and not missing (`bench/claims.ts`).
const print = marked((value: unknown, names: Array<string> | null): string =>
  names === null ? stringify(value) : stringify(value, names)
)

const compact = (kind: Kind, value: unknown, names: Array<string> | null): string => {
  switch (kind) {
    case Kind.entries:
      return compactEntries(value as Entries, names)
    case Kind.elements:
      return digitsOf(value as Uint8Array)
    case Kind.indexed:
      return indexed(value as Indexed, ":", ",")
    case Kind.piece:
      return piece(value as string)
    default:
      return print(value, names).slice(1, -1)
  }
}

// From V8 14 on (Node 25), a text of one byte a character is printed many characters at a time, but not where it is part of a longer
// one, as a piece is: 16 K take 12 us then instead of 4, with line breaks 20 instead of 13 (`bench/claims.ts`). Joined, it is a text
// of its own.
const isOwnTextFaster = Number.parseInt(process.versions.v8) >= 14

const piece = (text: string): string =>
  isOwnTextFaster && isStringOneByteRepresentation(text)
    ? stringify(join.call([" ", text], "")).slice(2, -1)
    : stringify(text).slice(1, -1)

const compactEntries = ({ keys, values }: Entries, names: Array<string> | null): string => {
  let text = ""
  for (let i = 0; i < keys.length; i++) {
    text += (i === 0 ? "" : ",") + keyText(keys[i]!) + ":" + print(values[i], names)
  }
  return text
}

const prettyEntries = ({ keys, values }: Entries, names: Array<string> | null, gap: string, depth: number): string => {
  const separator = ",\n" + gap.repeat(depth)
  let text = ""
  for (let i = 0; i < keys.length; i++) {
    text += (i === 0 ? "" : separator) + keyText(keys[i]!) + ": " + indented(values[i], names, gap, depth)
  }
  return text
}

// Printable ASCII but `"` and `\`: nothing to escape.
const plainKey = /^[ !#-[\]-~]*$/
const keyText = (key: string): string => (plainKey.test(key) ? '"' + key + '"' : stringify(key))

// A run is printed in a container of its own, whose brackets go: `[` newline gap ... newline `]`.
const pretty = (kind: Kind, value: unknown, names: Array<string> | null, gap: string, depth: number): string => {
  switch (kind) {
    case Kind.entries:
      return prettyEntries(value as Entries, names, gap, depth)
    case Kind.whole:
      return indented(value, names, gap, depth)
    case Kind.piece:
      return piece(value as string)
    case Kind.elements:
      return digitsOf(value as Uint8Array)
        .split(",")
        .join(",\n" + gap.repeat(depth))
    case Kind.indexed:
      return indexed(value as Indexed, ": ", ",\n" + gap.repeat(depth))
    default:
      return indented(value, names, gap, depth - 1).slice(2 + gap.length * depth, -2 - gap.length * (depth - 1))
  }
}

// Raw line feeds and tabs stand in JSON text only between tokens, never in strings. So every line can be moved to the right
// afterwards, and where the gap itself holds a line feed, tabs stand in for it until then.
const indented = marked((value: unknown, names: Array<string> | null, gap: string, shift: number): string => {
  if (gap.includes("\n")) {
    return stringify(value, names, "\t").replace(
      /\n(\t*)/g,
      (_, tabs: string) => "\n" + gap.repeat(tabs.length + shift)
    )
  }
  const text = stringify(value, names, gap)
  return shift === 0 ? text : text.split("\n").join("\n" + gap.repeat(shift))
})

// Joined, which gives a text of its own. Appended, each element would be some nodes of a tree that lives as long as the result, and
// whoever reads that first would wait until V8 has put all of them together.
const indexed = ({ elements, start }: Indexed, colon: string, separator: string): string => {
  const entries: Array<string> = []
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]!
    entries.push(`"${start + i}"${colon}${Number.isFinite(element) ? element : null}`)
  }
  return join.call(entries, separator)
}

// Somebody patched `toJSON` into `Array.prototype` or `Object.prototype` after this frame was planned. The run is ours, not
// the caller's: an own property keeps the patch away from it.
const shield = (run: object): void => {
  Object.defineProperty(run, "toJSON", { value: undefined, enumerable: false, configurable: true })
}
