/** Values that change while they are read, each made anew for every call. Counterexamples that were found stand here for good. */

export interface ChangingRun {
  readonly value: unknown
  /** Runs in each turn, and before each answer of a worker. */
  readonly during?: ((turn: number) => void) | undefined
}

const long = "s".repeat(20_000)
const padding = "p".repeat(200)
export const rows = (count: number, row: (i: number) => unknown = (i) => ({ id: i, t: padding })) =>
  Array.from({ length: count }, (_, i) => row(i))
const map = (count: number) => Object.fromEntries(rows(count).map((row, i) => [`k${i}`, row])) as Record<string, any>

export const changingCases: { readonly [name: string]: () => ChangingRun } = {
  "a getter empties its array": () => {
    const a: Array<unknown> = [
      "x",
      long,
      "y",
      {
        get g() {
          return (a.length = 0)
        }
      }
    ]
    return { value: [a] }
  },
  "a getter shortens its array": () => {
    const a = rows(2_000)
    a[1_000] = {
      get g() {
        return (a.length = 5)
      }
    }
    return { value: { a, z: 1 } }
  },
  "a toJSON empties the array around it": () => {
    const a: Array<unknown> = [{ k: long, v: { toJSON: () => (a.length = 0) } }, 1, 2]
    return { value: a }
  },
  "a getter's second answer has no text": () => {
    let reads = 0
    const value = Object.defineProperty({ k: { a: 1 }, s: long }, "g", {
      enumerable: true,
      get: () => (reads++ === 0 ? {} : { toJSON() {} })
    })
    return { value }
  },
  ...Object.fromEntries(
    [undefined, () => 1, Symbol("s")].map((gives) => [
      `a toJSON takes a sibling's text away: ${typeof gives}`,
      () => {
        const value = map(40)
        value["k20"] = { toJSON: () => void (value["k3"].toJSON = () => gives) }
        return { value }
      }
    ])
  ),
  "the last entry takes the text of all others away": () => {
    const value = map(40)
    value["k39"] = {
      toJSON: () => {
        for (let i = 0; i < 39; i++) value[`k${i}`].toJSON = () => undefined
      }
    }
    return { value: { first: value, second: 2 } }
  },
  "the children that a value is cut in have gone": () => {
    const value: Record<string, unknown> = { a: long }
    Object.defineProperty(value, "a", {
      enumerable: true,
      configurable: true,
      value: {
        get toJSON() {
          delete value["a"]
          return () => long
        }
      }
    })
    return { value: [value, 1] }
  },
  "an array is emptied between turns": () => {
    const a = rows(4_000)
    return { value: { a, z: 1 }, during: (turn) => turn === 2 && (a.length = 0) }
  },
  ...Object.fromEntries(
    Object.entries({
      numbers: (i: number) => i + 0.5,
      strings: (i: number) => `s${i}`,
      "long strings": (i: number) => (i < 30 ? long : "x"),
      pairs: (i: number) => [i, i]
    }).map(([name, row]) => [
      `an array of ${name} is emptied between turns`,
      (): ChangingRun => {
        const a = rows(20_000, row)
        return { value: [a, 1], during: (turn) => turn === 1 && (a.length = 0) }
      }
    ])
  ),
  "what a toJSON gave is emptied later": () => {
    const kept: Array<{ list: Array<unknown>; i?: number }> = []
    const row = (i: number) => ({
      toJSON: () => {
        const r = { i, list: rows(50) }
        kept.push(r)
        return r
      }
    })
    return {
      value: [rows(100, row), 1],
      during: () => {
        for (const r of kept) {
          r.list.length = 0
          delete r.i
        }
      }
    }
  },
  "values of a map lose their text between turns": () => {
    const value = map(4_000)
    return {
      value,
      during: (turn) => {
        if (turn === 1) for (const key in value) value[key].toJSON = () => undefined
      }
    }
  },
  "values of a map have lost their text when their frames are done again, all but the last": () => {
    const value = map(2_000)
    value["last"] = 1
    return {
      value: { value, z: 1 },
      during: () => {
        for (const key in value) if (key !== "last") value[key].toJSON = () => undefined
      }
    }
  },
  "values of a map are replaced between turns": () => {
    const value = map(2_000)
    return {
      value,
      during: () => {
        for (const key in value) value[key] = { toJSON() {} }
      }
    }
  }
}
