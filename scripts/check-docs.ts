/**
 * `npm run check:docs`: every TypeScript block of README, docs and doc comments is type-checked against the built package,
 * as its users see it, and run with plain Node. Results noted as `expression // => value` are compared.
 *
 * A block marked "```ts no-run" is type-checked only. Each block is a module of its own: what it uses, it imports.
 */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join, relative } from "node:path"
import { Checks, forEach } from "./lib/checks.ts"
import { fromMarkdown, fromSource, toModule, type CodeBlock } from "./lib/code-blocks.ts"
import { ending, run } from "./lib/run.ts"

const root = join(import.meta.dirname, "..")
process.chdir(root)

const blocks: Array<CodeBlock> = [
  ...globSync(["README.md", "CONTRIBUTING.md", "docs/**/*.md"]).flatMap((file) =>
    fromMarkdown(file, readFileSync(file, "utf8"))
  ),
  ...globSync("src/**/*.ts").flatMap((file) => fromSource(file, readFileSync(file, "utf8")))
].toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))

// Inside the project, so that the blocks find the package by its own name, `effect` and the dev dependencies.
const folder = mkdtempSync(join(root, ".check-docs-"))
const checks = new Checks("docs")

const fileNames = new Map(
  blocks.map((block) => [block, `${block.file.replaceAll(/[\\/]/g, "__")}__${block.line}.ts`] as const)
)

/** The type errors of each block, by the name of its module. */
const typeErrors = async (): Promise<Map<string, string>> => {
  const config = {
    extends: "../tsconfig.base.json",
    compilerOptions: { noEmit: true, noUnusedLocals: false, noUnusedParameters: false },
    include: ["*.ts"]
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
  const compiler = join(root, "node_modules/typescript/bin/tsc")
  const result = await run(process.execPath, [compiler, "-p", folder, "--pretty", "false"], { cwd: folder })
  const errors = new Map<string, string>()
  let name = ""
  for (const line of result.output.split("\n")) {
    const located = /^([^\s(][^(]*)\((\d+),(\d+)\): (.*)$/.exec(line)
    if (located !== null) name = located[1]!
    if (line.trim() === "") continue
    const text = located === null ? line : `line ${located[2]}: ${located[4]}`
    errors.set(name, (errors.has(name) ? `${errors.get(name)}\n` : "") + text)
  }
  if (result.code !== 0 && errors.size === 0)
    throw new Error(`the compiler failed: ${ending(result)}\n${result.output}`)
  return errors
}

try {
  const work = join(folder, "work")
  mkdirSync(work)
  const checkModule = relative(folder, join(root, "scripts/lib/check-value.ts")).replaceAll("\\", "/")
  for (const [block, name] of fileNames) writeFileSync(join(folder, name), toModule(block, checkModule))

  const errors = await typeErrors()
  await forEach([...fileNames], availableParallelism(), async ([block, name]) => {
    const title = `${block.file}:${block.line}${block.runs ? "" : " (types only)"}`
    const error = errors.get(name)
    errors.delete(name)
    if (error !== undefined) return checks.fail(title, error)
    if (!block.runs) return checks.pass(title)
    const result = await run(process.execPath, [join(folder, name)], { cwd: work, limit: 60_000 })
    if (result.code === 0) return checks.pass(title)
    const hint = result.timedOut ? " (a block that runs on, as a server does, is marked `ts no-run`)" : ""
    checks.fail(title, `${ending(result)}${hint}\n${result.output.replaceAll(`${folder}/`, "")}`)
  })
  for (const [name, error] of errors) checks.fail(name === "" ? "types" : name, error)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
checks.close()
