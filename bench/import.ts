/**
 * What the import of the package costs, and the first call after it, each in a fresh process:
 *
 *     npm run build && node bench/import.ts [--rounds 9] [--node 24]
 *
 * As published (a file a module), in a bundle, in a minified one, and each with Node's compile cache filled before. Medians of
 * processes that take turns, in milliseconds of wall time.
 */
import { build, type BuildOptions } from "esbuild"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { median, ms } from "./stats.ts"
import { table } from "./table.ts"

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "9" }, node: { type: "string" } }
})

const root = fileURLToPath(new URL("..", import.meta.url))
const node =
  flags.node === undefined
    ? process.execPath
    : join(root, `node_modules/node${flags.node === "24" ? "-24" : ""}/bin/node`)
// In the project's folder, where Effect and Piscina are found.
const folder = mkdtempSync(join(root, "node_modules/.import-"))
const entry = join(folder, "entry.mjs")

const bundle = async (minify: boolean): Promise<string> => {
  const outfile = join(folder, minify ? "minified.mjs" : "bundled.mjs")
  const shared = {
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["piscina"],
    logLevel: "error"
  } satisfies BuildOptions
  await build({ ...shared, entryPoints: [entry], outfile, minify })
  return outfile
}

/** Times of a fresh process: the import, and the first call. */
const run = (file: string, cache: string | undefined): readonly [number, number] => {
  const program = `const began = performance.now()
const { serializeAsync } = await import(${JSON.stringify(file)})
const imported = performance.now()
await serializeAsync({ id: 1 })
console.log(JSON.stringify([imported - began, performance.now() - imported]))`
  const env = { ...process.env, NODE_COMPILE_CACHE: cache }
  return JSON.parse(execFileSync(node, ["--input-type=module", "--eval", program], { env }).toString())
}

try {
  writeFileSync(entry, `export * from ${JSON.stringify(join(root, "dist/index.js"))}\n`)
  const files = { "as published": entry, bundled: await bundle(false), minified: await bundle(true) }
  const ways = Object.entries(files).flatMap(([name, file]) => [
    { name, file, cache: undefined },
    { name: `${name}, compile cache`, file, cache: join(folder, `cache-${name}`) }
  ])
  // Fills the caches: V8 keeps code that ran in a process which has ended.
  for (const { cache, file } of ways) if (cache !== undefined) for (let i = 0; i < 2; i++) run(file, cache)
  const times = ways.map((): Array<readonly [number, number]> => [])
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [i, { cache, file }] of ways.entries()) times[i]!.push(run(file, cache))
  }
  const rows = ways.map(({ name }, i) => [
    name,
    ms(median(times[i]!.map(([imported]) => imported))),
    ms(median(times[i]!.map(([, called]) => called)))
  ])
  console.log(`${execFileSync(node, ["--version"]).toString().trim()}, milliseconds in a fresh process\n`)
  console.log(table(["package", "import", "first call"], rows))
} finally {
  rmSync(folder, { recursive: true })
}
