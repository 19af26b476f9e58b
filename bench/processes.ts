/** One process a case: what one case leaves in heap, caches and compilers must not colour the next. */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"

/** The executable of a pinned Node, `"24"` or `"26"`; without a version the one that runs now. */
export const nodePath = (version: string | undefined): string => {
  if (version === undefined) return process.execPath
  const packages: Record<string, string> = { "24": "node-24", "26": "node" }
  const name = packages[version]
  if (name === undefined) throw new Error(`--node takes 24 or 26, not "${version}"`)
  return fileURLToPath(new URL(`../node_modules/${name}/bin/node`, import.meta.url))
}

export interface ProcessOptions {
  readonly node?: string | undefined
  /** Seconds until it is killed. */
  readonly limit?: number
  readonly env?: Record<string, string>
}

/** Runs a script in a process of its own and gives the last message it sent. */
export const inProcess = <A>(
  script: string,
  args: ReadonlyArray<string>,
  { node, limit, env }: ProcessOptions = {}
): Promise<A | undefined> =>
  new Promise((resolve, reject) => {
    let answer: A | undefined
    const child = fork(script, args, {
      execPath: nodePath(node),
      execArgv: ["--max-old-space-size=8192"],
      env: { ...process.env, ...env }
    })
    const timer = limit === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), limit * 1000)
    child.on("message", (message) => (answer = message as A))
    child.on("error", reject)
    child.on("exit", (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(answer)
      else if (signal === "SIGKILL" && limit !== undefined) reject(new Error(`not done after ${limit} s`))
      else reject(new Error(`${script} ${args.join(" ")} ended with ${signal ?? code}`))
    })
  })
