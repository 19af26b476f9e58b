/**
 * `npm run check:frameworks-large`: the programs in `examples/large/`, whose packages take some hundred megabytes. They have a lock of
 * their own and are installed here, so that `npm ci` stays quick.
 */
import { rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { ending, run } from "./lib/run.ts"

const root = join(import.meta.dirname, "..")
const folder = join(root, "examples/large")

const must = async (command: string, args: ReadonlyArray<string>, cwd: string): Promise<void> => {
  const result = await run(command, args, { cwd, limit: 600_000, env: { NEXT_TELEMETRY_DISABLED: "1" } })
  console.log(result.output.trimEnd())
  if (result.code !== 0) throw new Error(`${ending(result)}: ${command} ${args.join(" ")}`)
}

await must("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder)

// As users have it: under its name. A dependency on a folder would make npm install into that folder, too.
const link = join(folder, "node_modules/effect-serialization")
rmSync(link, { force: true })
symlinkSync("../../..", link, "dir")

await must(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], root)
// It would be built by its program, too, but not within the time that a program has.
rmSync(join(folder, "next/.next"), { recursive: true, force: true })
await must(process.execPath, [join(folder, "node_modules/next/dist/bin/next"), "build", "next"], folder)

await must(process.execPath, ["scripts/check-examples.ts", "examples/large"], root)
