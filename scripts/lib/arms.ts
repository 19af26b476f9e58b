/**
 * Servers that are their own oracle: run with `plain` they do without this library, and answer the same.
 */
import { ask, type Ask, readable } from "../../test/frameworks/support/client.ts"
import { ending, run, type RunResult } from "./run.ts"

interface Serving {
  readonly port: number
  stop(): Promise<RunResult>
}

/** Where a server says that it listens. */
export const address = /https?:\/\/[^\s/"']+:(\d+)/

const serving = (file: string, args: ReadonlyArray<string>): Promise<Serving> =>
  new Promise((resolve, reject) => {
    const ended = run(process.execPath, [file, ...args], {
      env: { PORT: "0" },
      onOutput: (output, child) => {
        const port = address.exec(output)?.[1]
        if (port === undefined) return
        const stop = () => {
          child.kill("SIGTERM")
          return ended
        }
        resolve({ port: Number(port), stop })
      }
    })
    ended.then((result) => reject(new Error(`${ending(result)}\n${result.output}`)), reject)
  })

const asksOf = (paths: ReadonlyArray<string>): ReadonlyArray<Ask> =>
  paths.flatMap((path) => [
    { path },
    { path, method: "HEAD" },
    { path, headers: { "if-none-match": "*" } },
    { path, headers: { "accept-encoding": "gzip" } }
  ])

/** Asks both arms of a program for the paths. Status, headers but Date, and bytes have to be the same. */
export const compareArms = async (file: string, paths: ReadonlyArray<string>): Promise<void> => {
  const arms: Array<Serving> = []
  try {
    for (const args of [["plain"], []]) arms.push(await serving(file, args))
    for (const what of asksOf(paths)) {
      const [plain, ours] = await Promise.all(arms.map(async ({ port }) => readable(await ask(port, what))))
      const texts = [plain, ours].map((answer) => JSON.stringify(answer, null, 2))
      if (texts[0] !== texts[1]) {
        throw new Error(
          `${JSON.stringify(what)} is answered by the plain arm with\n${texts[0]}\nand by ours with\n${texts[1]}`
        )
      }
      const isFailure = what.path === "/bad"
      if (plain!.status >= 500 !== isFailure) throw new Error(`${JSON.stringify(what)} is answered with\n${texts[0]}`)
    }
  } finally {
    await Promise.all(arms.map(({ stop }) => stop()))
  }
}
