/**
 * Builds the handler as it would be deployed, one minified file and Node's compile cache, and starts it in fresh processes:
 *
 *     node examples/serverless/main.ts
 */
import { build } from "esbuild"
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const folder = await mkdtemp(join(tmpdir(), "serverless-"))
const outfile = join(folder, "handler.mjs")

// What the platform does at a cold start: loads the module, and calls the handler.
const platform = `const began = performance.now()
const { handler } = await import(process.env.HANDLER)
const loaded = performance.now()
const { statusCode, body } = await handler({ count: 100 })
const times = [loaded - began, performance.now() - loaded].map((time) => time.toFixed(1))
console.log(statusCode, JSON.parse(body).orders.length + " orders; loaded in " + times.join(" ms, called in ") + " ms")`

const coldStart = async (name: string, cache: string): Promise<void> => {
  const env = { ...process.env, HANDLER: outfile, NODE_COMPILE_CACHE: cache }
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", platform], { env })
  if (!stdout.startsWith("200 100 orders")) throw new Error(`Not the answer: ${stdout}`)
  process.stdout.write(`${name}: ${stdout}`)
}

try {
  await build({
    entryPoints: [join(import.meta.dirname, "handler.ts")],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    // Loaded with the first thread, and this handler asks for none: it need not be deployed.
    external: ["piscina"]
  })
  await coldStart("while the cache is filled", join(folder, "cache"))
  await coldStart("with the compile cache", join(folder, "cache"))
} finally {
  await rm(folder, { recursive: true })
}
