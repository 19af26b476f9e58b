/**
 * Seeded pseudo-random values (mulberry32), so that every run, on every machine, sees the same made data.
 */

export interface Random {
  /** A double in [0, 1). */
  next(): number
  /** An integer in [0, below). */
  int(below: number): number
  pick<A>(from: ReadonlyArray<A>): A
}

export const makeRandom = (seed: number): Random => {
  let state = (seed * 0x9e3779b1 + 0x6d2b79f5) | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (below: number): number => Math.floor(next() * below)
  return { next, int, pick: (from) => from[int(from.length)]! }
}

const words =
  `the of and to in that is for on with as it by at this from an be or are was which we can not all has data model
loop value answer question context token vector user request response stream thread worker result error limit memory
function object array number string record frame queue budget window measure search index table column row query plan
summary document message history tool call output input naïve café Zürich señor 東京 данные emoji🙂 "quoted" <tag> a/b
path\\to https://example.com/api?page=2 {key} [0] 100% don't`.split(/\s+/)

/**
 * Prose-like text of about `length` UTF-16 units, with line breaks, quotes and a little that is not ASCII.
 * Joined rather than appended, so that V8 holds it flat: flattening a rope is another subject.
 */
export const makeText = (random: Random, length: number): string => {
  const parts: Array<string> = []
  let size = 0
  while (size < length) {
    const word = random.pick(words)
    const end = random.int(12) === 0 ? (random.int(5) === 0 ? ".\n\n" : ". ") : " "
    parts.push(word, end)
    size += word.length + end.length
  }
  return parts.join("")
}

/** The same with nothing but ASCII, at one byte a character, as V8 keeps what was read from files and sockets. */
export const makeAscii = (random: Random, length: number): string =>
  Buffer.from(makeText(random, length).replaceAll(/[^\n -~]/g, "e"), "latin1").toString("latin1")
