import { assert, describe, it } from "@effect/vitest"
import { build } from "esbuild"
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = fileURLToPath(new URL("../..", import.meta.url))
const program = join(root, "test/fixtures/errors-program.ts")

const expected = [
  ["UnsupportedValue", "/n"],
  ["UnsupportedValue", "/n"],
  ["UserCodeFailed", "/a"],
  ["UserCodeFailed", "/a"],
  ["CyclicValue", "/self/0"],
  ["CyclicValue", "/self/0"]
]

const reasonsOf = async (file: string): Promise<unknown> =>
  JSON.parse((await promisify(execFile)(process.execPath, [file])).stdout)

describe("whose call of JSON.stringify has failed", () => {
  it("is known from the sources", async () => {
    assert.deepStrictEqual(await reasonsOf(program), expected)
  })

  for (const [format, extension] of [
    ["esm", "mjs"],
    ["cjs", "cjs"]
  ] as const) {
    it(`is known in a minified bundle of one file, user code included: ${format}`, async () => {
      // In the project's folder, where Piscina is found.
      const folder = await mkdtemp(join(root, "node_modules/.bundle-"))
      try {
        const outfile = join(folder, `program.${extension}`)
        await build({
          entryPoints: [program],
          outfile,
          format,
          bundle: true,
          minify: true,
          platform: "node",
          external: ["piscina"],
          logLevel: "silent"
        })
        assert.deepStrictEqual(await reasonsOf(outfile), expected)
      } finally {
        await rm(folder, { recursive: true })
      }
    })
  }
})
