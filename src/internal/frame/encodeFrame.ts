/**
 * Makes the text of a frame. Apart from plain `JSON.stringify`, this is the only place that turns values into JSON.
 * Worker threads and the calling thread run this same code, so the routes cannot differ.
 */
import { isOneByteText } from "../output/oneByteText.ts"
import { toBytes } from "../output/utf8.ts"
import { digitsOf } from "./byteDigits.ts"
import { inheritsToJSON, stringify } from "../value/intrinsics.ts"
import { marked } from "../value/ownStringify.ts"
import { type Entries, type FrameResult, type FrameTask, type Indexed, Kind, emptyGap } from "./frame.ts"

const { join } = Array.prototype

/** Says that native code refuses a value of the frame. */
const refused: FrameResult = { text: undefined, bytes: undefined }

/** The answer to a frame: text, or bytes. */
export const encodeFrame = (task: FrameTask): FrameResult => {
  try {
    const result = encodeText(task)
    if (task.output === "string") return result
    return { ...result, text: undefined, bytes: toBytes(result.text) }
  } catch {
    return refused
  }
}

interface TextResult extends FrameResult {
  readonly text: string
}

/**
 * The text of a frame. Throws what native code throws at a value.
 *
 * A value may differ from the one that was planned: user code that runs here changes what comes after it, and a frame
 * that a worker did not answer is older than the value. An element of an array always has a text. The value of an
 * entry, and the root, can lose theirs. So the commas of entries are decided here, by what has a text.
 */
export const encodeText = (task: FrameTask): TextResult => {
  const { depths, gap, kinds, leads, list, tail, values } = task
  const names = list as Array<string> | null
  let text = ""
  // How deep entries of the innermost object stand, if it has none although the plan gave it some; else -1.
  let emptyAt = -1
  for (let i = 0; i < values.length; i++) {
    const kind = kinds[i]!
    const value = values[i]
    const lead = leads[i]!
    const depth = gap === "" ? 0 : depths[i]!
    if (lead !== "") {
      text += emptyAt < 0 ? lead : lead.slice(excess(lead.charCodeAt(0), gap, emptyAt).length)
      emptyAt = -1
    }
    if (kind !== Kind.entries && kind !== Kind.whole) {
      if (kind === Kind.items && inheritsToJSON()) shield(value as object)
      text += gap === "" ? compact(kind, value, names) : pretty(kind, value, names, gap, depth)
      continue
    }
    const isFirst = kind === Kind.whole || emptyAt >= 0 || (value as Entries).isFirst
    const own = kind === Kind.whole ? whole(value, names, gap, depth) : entries(value as Entries, names, gap, depth)
    if (own !== "") {
      text += isFirst ? own : "," + own
      emptyAt = -1
    } else if (isFirst) emptyAt = depth
  }
  if (tail !== "") {
    text += emptyAt < 0 ? tail : tail.slice(excess(tail.charCodeAt(0), gap, emptyAt).length)
    emptyAt = -1
  }
  if (gap === emptyGap) text = text.replaceAll(emptyGap, "")
  return emptyAt < 0 ? { text, bytes: undefined } : { text, bytes: undefined, emptyAt }
}

const comma = 0x2c
const lineFeed = 0x0a

/**
 * What is too much in front of a text that goes on behind entries, where there are none: a comma, or the line break
 * before the closing bracket. `first` is its first character, and `depth` how deep the entries would stand.
 */
export const excess = (first: number | undefined, gap: string, depth: number): string =>
  first === comma ? "," : first === lineFeed ? "\n" + gap.repeat(depth - 1) : ""

// Node 26 takes 1.3 to 1.5 times as long for flat records where the second argument is `null` and not missing
// (`bench/claims.ts`).
const print = marked((value: unknown, names: Array<string> | null): string | undefined =>
  names === null ? stringify(value) : stringify(value, names)
)

/** The text of the root, or none. */
const whole = (value: unknown, names: Array<string> | null, gap: string, depth: number): string =>
  (gap === "" ? print(value, names) : indented(value, names, gap, depth)) ?? ""

/** Entries with what stands before and between them. The caller decides about the comma before the first. */
const entries = (value: Entries, names: Array<string> | null, gap: string, depth: number): string =>
  gap === "" ? compactEntries(value, names) : prettyEntries(value, names, gap, depth)

const compact = (kind: Kind, value: unknown, names: Array<string> | null): string => {
  switch (kind) {
    case Kind.elements:
      return digitsOf(value as Uint8Array)
    case Kind.indexed:
      return indexed(value as Indexed, ":", ",")
    case Kind.piece:
      return piece(value as string)
    default:
      return print(value, names)!.slice(1, -1)
  }
}

// From V8 14 on (Node 25), a text of one byte a character is printed many characters at a time, but not where it is
// part of a longer one, as a piece is: 16 K take 12 us then instead of 4, with line breaks 20 instead of 13
// (`bench/claims.ts`). Joined, it is a text of its own.
const isOwnTextFaster = Number.parseInt(process.versions.v8) >= 14

const piece = (text: string): string =>
  isOwnTextFaster && isOneByteText(text)
    ? stringify(join.call([" ", text], "")).slice(2, -1)
    : stringify(text).slice(1, -1)

const compactEntries = ({ keys, values }: Entries, names: Array<string> | null): string => {
  let text = ""
  for (let i = 0; i < keys.length; i++) {
    const value = print(values[i], names)
    if (value !== undefined) text += (text === "" ? "" : ",") + keyText(keys[i]!) + ":" + value
  }
  return text
}

const prettyEntries = ({ keys, values }: Entries, names: Array<string> | null, gap: string, depth: number): string => {
  const indent = "\n" + gap.repeat(depth)
  let text = ""
  for (let i = 0; i < keys.length; i++) {
    const value = indented(values[i], names, gap, depth)
    if (value !== undefined) text += (text === "" ? "" : ",") + indent + keyText(keys[i]!) + ": " + value
  }
  return text
}

// Printable ASCII but `"` and `\`: nothing to escape.
const plainKey = /^[ !#-[\]-~]*$/
const keyText = (key: string): string => (plainKey.test(key) ? '"' + key + '"' : stringify(key))

// A run is printed in a container of its own, whose brackets go: `[` newline gap ... newline `]`.
const pretty = (kind: Kind, value: unknown, names: Array<string> | null, gap: string, depth: number): string => {
  switch (kind) {
    case Kind.piece:
      return piece(value as string)
    case Kind.elements:
      return digitsOf(value as Uint8Array)
        .split(",")
        .join(",\n" + gap.repeat(depth))
    case Kind.indexed:
      return indexed(value as Indexed, ": ", ",\n" + gap.repeat(depth))
    default:
      return indented(value, names, gap, depth - 1)!.slice(2 + gap.length * depth, -2 - gap.length * (depth - 1))
  }
}

// Raw line feeds and tabs stand in JSON text only between tokens, never in strings. So every line can be moved to the
// right afterwards, and where the gap itself holds a line feed, tabs stand in for it until then.
const indented = marked(
  (value: unknown, names: Array<string> | null, gap: string, shift: number): string | undefined => {
    const hasLineFeed = gap.includes("\n")
    const text: string | undefined = stringify(value, names, hasLineFeed ? "\t" : gap)
    if (text === undefined) return undefined
    if (hasLineFeed) return text.replace(/\n(\t*)/g, (_, tabs: string) => "\n" + gap.repeat(tabs.length + shift))
    return shift === 0 ? text : text.split("\n").join("\n" + gap.repeat(shift))
  }
)

// Joined, which gives a text of its own. Appended, each element would be some nodes of a tree that lives as long as the
// result, and whoever reads that first would wait until V8 has put all of them together.
const indexed = ({ elements, start }: Indexed, colon: string, separator: string): string => {
  const entries: Array<string> = []
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]!
    entries.push(`"${start + i}"${colon}${Number.isFinite(element) ? element : null}`)
  }
  return join.call(entries, separator)
}

// Somebody patched `toJSON` into `Array.prototype` or `Object.prototype` after this frame was planned. The run is ours,
// not the caller's: an own property keeps the patch away from it.
const shield = (run: object): void => {
  Object.defineProperty(run, "toJSON", { value: undefined, enumerable: false, configurable: true })
}
