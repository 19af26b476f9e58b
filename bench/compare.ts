/**
 * Compares contenders on the same values, in this process: texts first, then rounds in which each runs once, in turn,
 * next to an idle control. What counts is the ratio within a round, so that a slow moment of the machine hits both sides.
 */
import { makeContender } from "./contenders.ts"
import { idle, immediate, measure, settle } from "./hold.ts"
import { type CallOptions, type Contender, type Output, use } from "./peers/contender.ts"
import { nativeText } from "./peers/native.ts"
import { median, spread, type Spread } from "./stats.ts"
import { verify } from "./verify.ts"

export interface CompareOptions {
  readonly output: Output
  readonly rounds: number
  /** Rounds before those that count: compilers warm up, the adaptive route learns. */
  readonly warmup?: number
  readonly call?: CallOptions
}

export interface Sample {
  readonly wall: number
  readonly busy: number
  readonly cpu: number
  readonly hold: number
  readonly over5: number
}

export interface Outcome {
  readonly name: string
  /** Why there are no figures: it threw, or its text was wrong. */
  readonly failure?: string
  readonly paths: ReadonlyArray<string>
  /** A sample a round; times are of one call. */
  readonly samples: ReadonlyArray<Sample>
}

export interface Comparison {
  readonly output: Output
  /** Bytes of one value's text, on average. */
  readonly bytes: number
  readonly calls: number
  readonly idleHolds: ReadonlyArray<number>
  readonly outcomes: ReadonlyArray<Outcome>
}

/** Median and quartiles of the ratios within each round. */
export const paired = (of: Outcome, to: Outcome, what: "wall" | "busy"): Spread =>
  spread(of.samples.map((sample, round) => sample[what] / to.samples[round]![what]))

/** The kernel counts a thread's time in ticks, too coarse for one round: so all rounds together. */
export const cpuRatio = (of: Outcome, to: Outcome): number => totalCpu(of) / totalCpu(to)

const totalCpu = (of: Outcome): number => of.samples.reduce((sum, sample) => sum + sample.cpu, 0)

export const holds = (of: Outcome): { readonly median: number; readonly max: number; readonly over5: number } => ({
  median: median(of.samples.map((sample) => sample.hold)),
  max: Math.max(...of.samples.map((sample) => sample.hold)),
  over5: median(of.samples.map((sample) => sample.over5))
})

/** Calls per sample: one of a large value, so many of small ones that the sample is long enough to be timed. */
const callsFor = (bytes: number): number => (bytes >= 1_000_000 ? 1 : Math.min(20_000, Math.ceil(4_000_000 / bytes)))

const sample = async (contender: Contender, values: ReadonlyArray<unknown>, calls: number, options: CompareOptions) => {
  const paths = new Set<string>()
  const stretch = calls > 250 ? 16 : 1
  await settle()
  const reading = await measure(async () => {
    for (let i = 0; i < calls; i++) {
      paths.add(await contender.run(values[i % values.length], options.output, use, options.call))
      // Small values are often done without a yield: let the loop turn between them, for every contender alike.
      if (calls > 1 && i % stretch === stretch - 1) await immediate()
    }
  })
  const { wall, busy, cpu, hold, over5 } = reading
  return { paths, sample: { wall: wall / calls, busy: busy / calls, cpu: cpu / calls, hold, over5 } }
}

export const compare = async (
  values: ReadonlyArray<unknown>,
  names: ReadonlyArray<string>,
  options: CompareOptions
): Promise<Comparison> => {
  const sizes = values.map((value) => Buffer.byteLength(nativeText(value, options.call)))
  const bytes = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
  const calls = callsFor(bytes)
  const entries = []
  for (const name of names) {
    const contender = await makeContender(name)
    const failure = await verify(contender, values, options.output, options.call)
    entries.push({ name, contender, failure, paths: new Set<string>(), samples: [] as Array<Sample> })
  }
  const idleHolds: Array<number> = []
  const warmup = options.warmup ?? 3
  for (let round = -warmup; round < options.rounds; round++) {
    // Another one starts each round, so that nobody always comes after the same neighbour.
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[(i + round + warmup) % entries.length]!
      if (entry.failure !== undefined) continue
      const taken = await sample(entry.contender, values, calls, options)
      if (round < 0) continue
      entry.samples.push(taken.sample)
      for (const path of taken.paths) entry.paths.add(path)
    }
    if (round >= 0) idleHolds.push((await idle(40)).hold)
  }
  await Promise.all(entries.map((entry) => entry.contender.close()))
  const outcomes = entries.map(({ name, failure, paths, samples }) => ({
    name,
    ...(failure === undefined ? {} : { failure }),
    paths: [...paths],
    samples
  }))
  return { output: options.output, bytes, calls, idleHolds, outcomes }
}
