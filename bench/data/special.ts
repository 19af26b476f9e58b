/** Values that are hard in one way of their own, and the three that hold the loop whatever one does. */
import type { DataSet } from "./dataSet.ts"
import { dateAt, records } from "./made.ts"
import { makeAscii, makeRandom, type Random } from "./random.ts"

const special = (
  name: string,
  megabytes: number,
  what: string,
  make: (random: Random) => unknown,
  fresh = false
): DataSet => ({ name, source: "made", what, megabytes, fresh, load: (seed = 1) => make(makeRandom(seed)) })

/** A text built piece by piece with `+=`, which V8 keeps as a tree of pieces until somebody reads it. */
const appended = (pieces: ReadonlyArray<string>, length: number): string => {
  let text = ""
  for (let i = 0; text.length < length; i++) text += pieces[i % pieces.length]
  return text
}

const piecesOf = (random: Random): ReadonlyArray<string> => Array.from({ length: 512 }, () => makeAscii(random, 40))

const ropes = (random: Random) => {
  const pieces = piecesOf(random)
  return Array.from({ length: 300 }, (_, id) => ({ id, role: "assistant", content: appended(pieces, 16_384) }))
}

const manyKeys = (random: Random, keys: number) => {
  const map: Record<string, number> = {}
  for (let i = 0; i < keys; i++) map[`key-${i}-${random.int(1e6)}`] = random.int(1000)
  return map
}

/** One call of user code that takes its time, with a large value around it. */
const slowToJson = (random: Random) => ({
  before: records(random, 20_000),
  report: {
    toJSON: () => {
      const end = performance.now() + 20
      while (performance.now() < end);
      return "done"
    }
  },
  after: records(random, 20_000)
})

export const specialDataSets: ReadonlyArray<DataSet> = [
  special("dates", 5.4, "200,000 Dates", (random) => Array.from({ length: 200_000 }, () => dateAt(random))),
  special("ropes", 5, "300 texts of 16 KB, each built with +=", ropes, true),
  special("rope20", 20, "one text of 20 MB built with +=", (random) => appended(piecesOf(random), 20_000_000), true),
  special("keys100k", 2.2, "one object of 100,000 keys", (random) => manyKeys(random, 100_000)),
  special("slowcall", 4.6, "one toJSON that takes 20 ms, between 40,000 records", slowToJson)
]
