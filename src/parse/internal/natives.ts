/** What the engine works with, captured at load: nobody's patch can break it. */
import { performance } from "node:perf_hooks"

type Reviver = (this: any, key: string, value: any, context: { readonly source?: string }) => any

export const parseJson = JSON.parse as (text: string, reviver?: Reviver) => unknown

/** Milliseconds, also where a test has put a clock of its own in the place of the global one. */
export const now: () => number = performance.now.bind(performance)
