/** What `npm run bench` measures: a list of cases, each a process of its own. */

export type Case = TimeCase | MemoryCase | SmallCase | GigabyteCase

/** Which table a case belongs to. */
export type Group = "data" | "busy" | "size" | "flight" | "special" | "uncuttable" | "peers" | "memory" | "effect"

interface Common {
  readonly id: string
  readonly group: Group
  /** Name of a data set, as `data.ts` knows it. */
  readonly data: string
  /** How long it may measure. Loading the data and comparing the texts come on top. */
  readonly seconds: number
}

export interface TimeCase extends Common {
  readonly kind: "time"
  /** As `lanes.ts` reads them. */
  readonly lanes: string
  readonly rounds: number
  readonly atLeast: number
  readonly warmup: number
  readonly flight?: number
  /** As in `CompareOptions`. */
  readonly sampleBytes?: number
  readonly cold?: boolean
  /** Options of the call, see `runCase.ts`. */
  readonly call?: "pretty" | "list" | "replacer"
}

export interface MemoryCase extends Common {
  readonly kind: "memory"
  readonly lanes: string
}

export interface SmallCase extends Common {
  readonly kind: "small"
}

export interface GigabyteCase extends Common {
  readonly kind: "gigabyte"
}

const outputs = (name: string) => `${name}/string ${name}/bytes ${name}/stream`

const natives = "native/string native/bytes"
const others = "naive/bytes json-ext/stream json-ext+yield/stream"
const library = ["adaptive", "worker", "sliced", "sync"].map(outputs).join(" ")
const everyone = `${natives} ${others} ${library}`
const large = "native/bytes naive/bytes adaptive/bytes adaptive/stream"
const inFlight = `${natives} naive/bytes adaptive/string adaptive/bytes worker/bytes sliced/bytes`
const routes = "native/bytes adaptive/bytes worker/bytes sliced/bytes"
const memory = `native/bytes naive/bytes json-ext+yield/stream adaptive/bytes adaptive/stream worker/stream sliced/stream`
const options = `${natives} naive/bytes json-ext+yield/stream adaptive/string adaptive/bytes worker/bytes sliced/bytes`
const peers = `${natives} naive/bytes effect-workers/bytes json-ext/stream json-ext+yield/stream json-stream-stringify/stream
  yieldable-json/string bfj/string adaptive/string adaptive/bytes adaptive/stream`

const time = (group: Group, data: string, lanes: string, seconds: number, more: Partial<TimeCase> = {}): TimeCase => ({
  kind: "time",
  id: `${group}:${more.call ?? data}`,
  group,
  data,
  lanes,
  seconds,
  rounds: 15,
  atLeast: 3,
  warmup: 1,
  ...more
})

export const largeSets = ["bcd", "cities", "licenses", "coastlines", "atlas", "icons"].concat(
  "transcript",
  "records",
  "vectors",
  "string30",
  "binary",
  "orders"
)

/** One call a sample, each after a full collection: what counts is how long the loop is held. They warm up while texts are compared. */
const single = { sampleBytes: 1, cold: true, warmup: 0 }

const dataCase = (name: string): TimeCase => time("data", name, everyone, 4, { ...single, atLeast: 2 })

/** Few ways and long samples, so that each pays for its own garbage: with one call of 20 MB a sample, `JSON.stringify` seldom does. */
const busyCase = (name: string): TimeCase => time("busy", name, routes, 5, { sampleBytes: 60e6, warmup: 0 })

const sizes: ReadonlyArray<TimeCase> = [
  time("size", "doc100b", everyone, 2, { sampleBytes: 3e5 }),
  time("size", "doc1k", everyone, 2, { sampleBytes: 1e6 }),
  time("size", "doc4k", everyone, 2, { sampleBytes: 4e6 }),
  time("size", "doc16k", everyone, 2, { sampleBytes: 6e6 }),
  time("size", "doc64k", everyone, 2, { sampleBytes: 6e6 }),
  time("size", "records@1", everyone, 3, { warmup: 0 }),
  time("size", "records@10", everyone, 4, { ...single, atLeast: 2 }),
  time("size", "records@100", large, 6, { ...single, atLeast: 1 })
]

const special: ReadonlyArray<TimeCase> = [
  time("special", "cities@5", options, 2, { ...single, call: "pretty" }),
  time("special", "cities@5", options, 2, { ...single, call: "list" }),
  time("special", "cities@5", options, 2, { ...single, call: "replacer" }),
  ...["orders", "dates", "ropes"].map((name) => time("special", name, options, 2, single)),
  ...["keys100k", "rope20", "slowcall"].map((name) => time("uncuttable", name, options, 2, single))
]

const flights = largeSets.map((name) =>
  time("flight", `${name}@1`, inFlight, 2, { flight: 16, rounds: 2, atLeast: 2, warmup: 0 })
)

const memories = ["licenses", "transcript", "records", "vectors"].map((name): MemoryCase => ({
  kind: "memory",
  id: `memory:${name}`,
  group: "memory",
  data: name,
  seconds: 5,
  lanes: memory
}))

/** In the order of what matters: where time runs short, later cases get less of it. */
export const fullSuite: ReadonlyArray<Case> = [
  ...largeSets.map(busyCase),
  ...largeSets.map(dataCase),
  { kind: "small", id: "effect:small", group: "effect", data: "documents", seconds: 8 },
  ...sizes,
  ...flights,
  ...special,
  ...["licenses", "coastlines", "records@5"].map((name) => time("peers", name, peers, 6, { warmup: 0, atLeast: 1 })),
  { kind: "gigabyte", id: "memory:gigabyte", group: "memory", data: "bcd", seconds: 20 },
  ...memories
]

/** One of everything, a little of each: shows that it works, and roughly where it stands. */
export const quickSuite: ReadonlyArray<Case> = [
  "data:licenses",
  "busy:atlas",
  "busy:icons",
  "effect:small",
  "size:doc4k",
  "size:records@1",
  "flight:cities@1",
  "special:replacer",
  "uncuttable:keys100k",
  "memory:licenses"
].map((id) => {
  const found = fullSuite.find((entry) => entry.id === id)!
  return found.kind === "time"
    ? { ...found, seconds: 1, atLeast: 2, lanes: options, warmup: 1 }
    : { ...found, seconds: Math.min(found.seconds, 2) }
})
