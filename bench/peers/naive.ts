/** The naive way: a Piscina task for the whole value. */
import { availableParallelism } from "node:os"
import { Piscina } from "piscina"
import type { Contender } from "./contender.ts"

export const makeNaive = (): Contender => {
  const pool = new Piscina({
    filename: new URL("./naiveWorker.ts", import.meta.url).href,
    maxThreads: Math.max(2, Math.floor(availableParallelism() / 2))
  })
  return {
    name: "naive",
    async run(value, output, sink, options) {
      const bytes = output !== "string"
      sink((await pool.run({ value, ...options, bytes })) as string | Uint8Array)
      return "worker"
    },
    close: () => pool.destroy()
  }
}
