/** What the engine works with, captured at load: nobody's patch can break it. */
import { performance } from "node:perf_hooks"

export const parseJson: typeof JSON.parse = JSON.parse

/** Milliseconds, also where a test has put a clock of its own in the place of the global one. */
export const now: () => number = performance.now.bind(performance)
