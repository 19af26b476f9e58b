/**
 * Made data: what real services serialize and no package publishes. Seeded; another seed gives other values of the same
 * shape and size.
 */
import type { DataSet } from "./dataSet.ts"
import { makeAscii, makeRandom, makeText, type Random } from "./random.ts"

const made = (name: string, megabytes: number, what: string, make: (random: Random) => unknown): DataSet => ({
  name,
  source: "made",
  what,
  megabytes,
  load: (seed = 1) => make(makeRandom(seed))
})

export const dateAt = (random: Random): Date => new Date(1_700_000_000_000 + random.int(31_536_000) * 1000)

const record = (random: Random, id: number) => ({
  id,
  name: `user ${id}`,
  email: `user${id}@example.com`,
  active: random.int(3) === 0,
  score: Math.round(random.next() * 100_000) / 100,
  tags: ["member", `group-${random.int(40)}`]
})

export const records = (random: Random, count: number) => Array.from({ length: count }, (_, id) => record(random, id))

/** Doubles as an embedding has them: all seventeen digits. */
const vector = (random: Random, length: number) => Array.from({ length }, () => random.next() * 2 - 1)

const transcriptTurn = (random: Random, index: number) => ({
  id: `msg_${index}`,
  role: index % 2 === 0 ? "user" : "assistant",
  createdAt: dateAt(random),
  content: makeText(random, 8192),
  toolResult: { tool: "search", tookMs: random.next() * 900, at: dateAt(random), hits: records(random, 12) },
  embedding: vector(random, 256),
  usage: { inputTokens: random.int(20_000), outputTokens: random.int(4000), cached: random.int(2) === 0 }
})

class Money {
  readonly cents: number
  readonly currency: string
  constructor(cents: number, currency: string) {
    this.cents = cents
    this.currency = currency
  }
  toJSON() {
    return { amount: this.cents / 100, currency: this.currency }
  }
}

class Order {
  readonly id: number
  readonly placed: Date
  readonly total: Money
  readonly note: string
  readonly internalState = "never shown"
  constructor(id: number, placed: Date, total: Money, note: string) {
    this.id = id
    this.placed = placed
    this.total = total
    this.note = note
  }
  toJSON() {
    return { id: this.id, placed: this.placed, total: this.total, note: this.note }
  }
}

const orders = (random: Random, count: number) =>
  Array.from(
    { length: count },
    (_, id) => new Order(id, dateAt(random), new Money(random.int(1_000_000), "EUR"), makeText(random, 40))
  )

const binary = (random: Random) => ({
  upload: Buffer.from(Uint8Array.from({ length: 1_000_000 }, () => random.int(256))),
  samples: Float64Array.from({ length: 100_000 }, () => random.next() * 2 - 1),
  counts: Int32Array.from({ length: 200_000 }, () => random.int(1_000_000)),
  hashes: Array.from({ length: 2000 }, () => Buffer.from(Uint8Array.from({ length: 32 }, () => random.int(256))))
})

/** What an HTTP API answers: an envelope and a page of items, `bytes` long in all, give or take an item. */
const apiDocument = (bytes: number) => (random: Random) => {
  const items: Array<unknown> = []
  const document = {
    status: "ok",
    requestId: `req-${random.int(1e9)}`,
    page: { next: random.int(500), total: 12_345 },
    items
  }
  let size = JSON.stringify(document).length
  for (let id = random.int(1000); size < bytes; id++) {
    const item = {
      ...record(random, id),
      createdAt: `2026-0${1 + random.int(9)}-1${random.int(9)}T08:30:00.000Z`,
      summary: makeAscii(random, 60 + random.int(120)),
      price: { amount: random.int(100_000) / 100, currency: "EUR" },
      parent: null
    }
    items.push(item)
    size += JSON.stringify(item).length + 1
  }
  return document
}

/** One object of `keys` entries, each `bytes` of small records: as wide as the targets allow with 20,000. */
export const wideMap = (random: Random, keys: number, bytes: number): Record<string, unknown> => {
  const map: Record<string, unknown> = {}
  for (let i = 0; i < keys; i++) {
    map[`entry-${i}-${random.int(1e6)}`] = {
      id: i,
      at: random.next(),
      members: records(random, Math.ceil(bytes / 115))
    }
  }
  return map
}

export const madeDataSets: ReadonlyArray<DataSet> = [
  made("transcript", 19.8, "an agent's transcript: 8 KB texts, tool results, vectors, Dates", (random) =>
    Array.from({ length: 1300 }, (_, index) => transcriptTurn(random, index))
  ),
  made("records", 24.9, "200,000 flat records", (random) => records(random, 200_000)),
  made("vectors", 18.2, "600 vectors of 1,536 doubles", (random) =>
    Array.from({ length: 600 }, () => vector(random, 1536))
  ),
  made("string30", 30.3, "one string of 30 MB", (random) => makeAscii(random, 30_000_000)),
  made("binary", 9.7, "Buffers and typed arrays", binary),
  made("orders", 4.7, "class instances with toJSON, nested, with Dates", (random) => orders(random, 32_000)),
  made("widemap", 40, "one map of 20,000 entries of 2 KB", (random) => wideMap(random, 20_000, 2000)),
  made("doc100b", 0.0001, "an API's answer of 100 B", (random) => record(random, random.int(1000))),
  made("doc500b", 0.0005, "an API's answer of 500 B", (random) => records(random, 4)),
  made("doc1k", 0.001, "an API's answer of 1 KB", apiDocument(1024)),
  made("doc4k", 0.004, "an API's answer of 4 KB", apiDocument(4096)),
  made("doc16k", 0.016, "an API's answer of 16 KB", apiDocument(16_384)),
  made("doc64k", 0.064, "an API's answer of 64 KB", apiDocument(65_536))
]
