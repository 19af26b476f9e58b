/**
 * `npm run check:runtimes`: the conformance scripts (`scripts/runtimes/conformance.ts`, `parse.ts`) on Node, Bun, Deno and workerd.
 *
 * Their binaries come as npm packages, some 100 MB each, from a folder with a lock of its own, so that `npm ci` stays as quick as it is.
 */
import { build } from "esbuild"
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Checks } from "./lib/checks.ts"
import { ending, run } from "./lib/run.ts"

const root = join(import.meta.dirname, "..")
const folder = join(import.meta.dirname, "runtimes")
const binaries = join(folder, "binaries")
const bin = (name: string): string => join(binaries, "node_modules/.bin", name)
const script = join(folder, "main.ts")

const must = async (command: string, args: ReadonlyArray<string>, cwd = root): Promise<string> => {
  const result = await run(command, args, { cwd, limit: 300_000 })
  if (result.code !== 0) throw new Error(`${ending(result)}: ${command} ${args.join(" ")}\n${result.output}`)
  return result.output
}

// What npm notes of an installation says which versions are there.
const isInstalled = (): boolean => {
  const installed = join(binaries, "node_modules/.package-lock.json")
  if (!existsSync(installed) || !existsSync(bin("workerd"))) return false
  const { packages } = JSON.parse(readFileSync(installed, "utf8"))
  const { dependencies } = JSON.parse(readFileSync(join(binaries, "package.json"), "utf8"))
  return Object.entries(dependencies).every(([name, version]) => packages[`node_modules/${name}`]?.version === version)
}

const onWorkerd = async (): Promise<string> => {
  const bundle = mkdtempSync(join(tmpdir(), "effect-serialization-workerd-"))
  try {
    await build({
      entryPoints: [join(folder, "worker.ts")],
      outfile: join(bundle, "worker.js"),
      bundle: true,
      platform: "node",
      format: "esm",
      external: ["piscina"],
      logLevel: "silent",
      // The published files, not the sources that the paths of the TypeScript settings name.
      tsconfigRaw: {}
    })
    copyFileSync(join(folder, "workerd.capnp"), join(bundle, "workerd.capnp"))
    return await must(bin("workerd"), ["test", join(bundle, "workerd.capnp")])
  } finally {
    rmSync(bundle, { recursive: true, force: true })
  }
}

const checks = new Checks("runtimes")
const runs: Readonly<Record<string, () => Promise<string>>> = {
  Node: () => must(process.execPath, [script]),
  Bun: () => must(bin("bun"), [script]),
  Deno: () => must(bin("deno"), ["run", "--allow-all", "--no-check", "--node-modules-dir=manual", script]),
  workerd: onWorkerd
}

if (
  await checks.check("the runtimes are installed", async () => {
    if (!isInstalled()) await must("npm", ["ci", "--no-audit", "--no-fund"], binaries)
  })
) {
  for (const [name, conformance] of Object.entries(runs)) {
    await checks.check(name, async () => {
      console.log(`        ${/\d+ as on Node/.exec(await conformance())?.[0]}`)
    })
  }
}
checks.close()
