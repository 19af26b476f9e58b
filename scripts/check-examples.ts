/**
 * `npm run check:examples`: runs each program in `examples/`, or in the folder that it is given, as its reader would, with plain Node and
 * no input.
 *
 * A program either ends by itself, or is a server: once it prints the address it listens on (the port is given to it as
 * `PORT=0`), every path that its source names in a `curl localhost:3000/path` line is fetched, and then a SIGTERM has to
 * end it in good order. A server that takes `plain` is run in both ways, which have to answer the same; for `/bad` with a failure.
 */
import { globSync, readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { address, compareArms } from "./lib/arms.ts"
import { Checks, forEach } from "./lib/checks.ts"
import { ending, run, type RunResult } from "./lib/run.ts"

const root = join(import.meta.dirname, "..")
process.chdir(root)

const folder = process.argv[2] ?? "examples"

const programs = globSync([`${folder}/*.ts`, `${folder}/*/main.ts`, `${folder}/recipes/*.ts`])
  .filter((file) => !file.endsWith(".test.ts"))
  .toSorted()

const curl = /curl\b[^\n]*?\b(?:localhost|127\.0\.0\.1):\d+(\/[^\s"'`*)]*)?/g

/** Fetches every path; each has to answer with success, and JSON where it says so. */
const visit = async (port: string, paths: ReadonlyArray<string>): Promise<void> => {
  for (const path of paths) {
    const response = await fetch(`http://localhost:${port}${path}`, { signal: AbortSignal.timeout(60_000) })
    const body = await response.text()
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${body.slice(0, 500)}`)
    if (response.headers.get("content-type")?.includes("json")) JSON.parse(body)
  }
}

const runExample = async (file: string): Promise<string> => {
  const source = readFileSync(file, "utf8")
  const paths = Array.from(source.matchAll(curl), (match) => match[1] ?? "/")
  let visited: Promise<Error | undefined> | undefined
  const result = await run(process.execPath, [file], {
    env: { PORT: "0" },
    onOutput: (output, child) => {
      const port = address.exec(output)?.[1]
      if (visited !== undefined || port === undefined || paths.length === 0) return
      visited = visit(port, [...new Set(paths)])
        .then(
          () => undefined,
          (error: unknown) => new Error(String(error))
        )
        .finally(() => child.kill("SIGTERM"))
    }
  })
  const error = await visited
  if (error !== undefined) throw new Error(`${error.message}\n${result.output}`)
  if (!endedWell(result, visited !== undefined)) throw new Error(`${ending(result)}\n${result.output}`)
  if (visited === undefined && paths.length > 0) throw new Error(`printed no address to fetch from\n${result.output}`)
  if (source.includes(`${file} plain`)) {
    await compareArms(file, source.includes("/bad") ? [...paths, "/bad"] : paths)
    return ` (${paths.join(", ")}; both arms the same)`
  }
  return visited === undefined ? "" : ` (${paths.join(", ")})`
}

/** A server that was asked to end may say so by the customary codes (128 + signal); dying of the signal is no good end. */
const endedWell = (result: RunResult, asked: boolean): boolean =>
  result.code === 0 || (asked && !result.timedOut && (result.code === 130 || result.code === 143))

const checks = new Checks("examples")
await forEach(programs, availableParallelism(), (file) =>
  runExample(file).then(
    (note) => checks.pass(file + note),
    (error: Error) => checks.fail(file, error.message)
  )
)
checks.close()
