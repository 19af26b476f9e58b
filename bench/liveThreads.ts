/** The worker threads of this process that a soak may kill, and the memory it looks at. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { Worker } from "node:worker_threads"

const threads = new Set<Worker>()
process.on("worker", (worker) => {
  threads.add(worker)
  worker.once("exit", () => threads.delete(worker))
})

/** Ends all threads there are. */
export const killAll = (): void => {
  for (const thread of threads) void thread.terminate()
}

/** Ends a thread that was not ended before; tells whether there was one. */
export const killOne = (): boolean => {
  for (const thread of threads) {
    threads.delete(thread)
    void thread.terminate()
    return true
  }
  return false
}

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

/** Bytes, after a full collection. */
export const memory = (): NodeJS.MemoryUsage => {
  collect()
  return process.memoryUsage()
}
