/**
 * `node scripts/make-scanner.ts`: writes the scanner's WebAssembly module, as base64, to `src/parse/internal/scan.ts`.
 * `npm run check:wasm` (`--check`) fails if what stands there is not what its source gives, byte for byte.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import wabt from "wabt"
import { moduleText } from "./scanner/module.ts"

const file = join(import.meta.dirname, "../src/parse/internal/scan.ts")

const features = { simd: true, bulk_memory: true }

const compile = async (): Promise<Uint8Array> => {
  const module = (await wabt()).parseWat("scanner.wat", moduleText, features)
  module.validate()
  return module.toBinary({}).buffer
}

const sourceOf = (bytes: Uint8Array): string => {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,110}/g)!
  return `/** The scanner as WebAssembly, ${bytes.length} bytes. Made by \`scripts/make-scanner.ts\`: do not edit. */
export const scannerModule =
${lines.map((line) => `  "${line}"`).join(" +\n")}
`
}

const expected = sourceOf(await compile())
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== expected) {
    console.error("src/parse/internal/scan.ts is not what its source gives. Run `node scripts/make-scanner.ts`")
    process.exitCode = 1
  } else {
    console.log("The scanner's module is what its source gives.")
  }
} else {
  writeFileSync(file, expected)
}
