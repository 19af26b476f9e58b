/** Runs one case in this process and sends its result to the parent: `node bench/suite/runCase.ts <case as JSON>`. */
import { compare, type CompareOptions } from "../compare.ts"
import { dataSet, loadValues } from "../data.ts"
import type { DataSet } from "../data/dataSet.ts"
import { lanes } from "../lanes.ts"
import { streamGigabyte } from "../memory.ts"
import { measurePeaks } from "../peak.ts"
import type { CallOptions } from "../peers/contender.ts"
import { measureSmall } from "../small.ts"
import type { Case, TimeCase } from "./cases.ts"
import type { CaseResult } from "./results.ts"

const calls: Record<NonNullable<TimeCase["call"]>, CallOptions> = {
  pretty: { space: 2 },
  list: { replacer: ["name", "lat", "lng"] },
  replacer: { replacer: (key, value) => (key === "country" ? undefined : value) }
}

const timeCase = (spec: TimeCase, set: DataSet) => {
  const { rounds, atLeast, warmup, seconds } = spec
  const options: CompareOptions = {
    rounds,
    atLeast,
    warmup,
    seconds,
    cold: spec.cold === true,
    ...(spec.sampleBytes === undefined ? {} : { sampleBytes: spec.sampleBytes }),
    ...(spec.flight === undefined ? {} : { flight: spec.flight }),
    ...(spec.call === undefined ? {} : { call: calls[spec.call] }),
    ...(set.fresh === true ? { fresh: () => loadValues(set) } : {})
  }
  return compare(loadValues(set), lanes(spec.lanes), options)
}

const measureCase = async (spec: Case): Promise<Partial<CaseResult>> => {
  if (spec.kind === "small") return { small: await measureSmall(spec.seconds) }
  if (spec.kind === "gigabyte") return { gigabyte: await streamGigabyte("adaptive") }
  const set = dataSet(spec.data)
  if (spec.kind === "memory") return { what: set.what, peaks: await measurePeaks(set.load(), lanes(spec.lanes)) }
  return { what: set.what, time: await timeCase(spec, set) }
}

process.send!(await measureCase(JSON.parse(process.argv[2]!) as Case))
// Threads of a peer that never ended are no concern of ours.
process.disconnect!()
