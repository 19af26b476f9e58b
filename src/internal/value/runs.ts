/**
 * An array in runs of elements, put together when it is whole.
 *
 * Native code copies a run at once. Elements that are set one by one into an array of many take five times as long: it
 * grows by being copied, over and over, and each young element of an old array is written down for the collector.
 */
import { append, setElement } from "./define.ts"

/** Arguments of one call. */
const mostRuns = 8192

const { apply } = Reflect
const { hasOwn } = Object
const { concat } = Array.prototype
const arrayPrototype = Array.prototype

export class Runs {
  private runs: Array<Array<unknown>> = []

  add(run: Array<unknown>): void {
    append(this.runs, run)
  }

  get isEmpty(): boolean {
    return this.runs.length === 0
  }

  /** All elements. Holes stay holes. */
  get whole(): Array<unknown> {
    while (this.runs.length > 1) {
      const joined: Array<Array<unknown>> = []
      for (let at = 0; at < this.runs.length; at += mostRuns) append(joined, join(this.runs, at))
      this.runs = joined
    }
    if (this.runs.length === 0) this.add([])
    return this.runs[0]!
  }
}

const join = (all: Array<Array<unknown>>, from: number): Array<unknown> => {
  const runs: Array<Array<unknown>> = []
  for (let i = from; i < all.length && i < from + mostRuns; i++) append(runs, all[i]!)
  if (isConcatNative()) return apply(concat, [], runs)
  const target: Array<unknown> = []
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i]!
    const { length } = target
    for (let k = 0; k < run.length; k++) if (hasOwn(run, k)) setElement(target, length + k, run[k])
    target.length = length + run.length
  }
  return target
}

/** Whether nobody has changed what `concat` does with arrays. */
const isConcatNative = (): boolean =>
  !(Symbol.isConcatSpreadable in arrayPrototype) &&
  arrayPrototype.constructor === Array &&
  Array[Symbol.species] === Array
