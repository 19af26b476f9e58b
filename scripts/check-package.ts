/**
 * `npm run check:package`: packs the tarball, looks at what is in it, and uses it as an application would: installed into
 * an empty project (in a folder whose name has a space), type-checked, run with plain Node, and bundled.
 */
import { build, type BuildOptions } from "esbuild"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, posix } from "node:path"
import { Checks } from "./lib/checks.ts"
import { ending, run, type RunOptions } from "./lib/run.ts"

const root = join(import.meta.dirname, "..")
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const installed = (name: string): string =>
  JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version

const folder = mkdtempSync(join(tmpdir(), "effect serialization "))
const app = join(folder, "app")
mkdirSync(app)

const must = async (command: string, args: ReadonlyArray<string>, options: RunOptions = {}): Promise<string> => {
  const result = await run(command, args, { cwd: app, ...options })
  if (result.code !== 0) throw new Error(`${ending(result)}: ${command} ${args.join(" ")}\n${result.output}`)
  return result.output
}

const fail = (message: string): never => {
  throw new Error(message)
}

/** The public modules: every entry of `exports` that is code. */
const entries = Object.entries<string | null>(manifest.exports).filter(([, target]) => target?.endsWith(".js"))
/** What needs a package that nobody has to install. */
const needsRedis = (entry: string): boolean => entry === "./cache/RedisStore"
const plain = entries.filter(([entry]) => !needsRedis(entry))
const specifier = (entry: string): string => posix.join(manifest.name, entry)

const nodes = { 24: join(root, "node_modules/node-24/bin/node"), 26: join(root, "node_modules/node/bin/node") }

const bundling = {
  absWorkingDir: app,
  entryPoints: { main: "bundled.ts", "serialization-worker": specifier("./worker") },
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "silent"
} satisfies BuildOptions

/** What a bundle of CommonJS modules has to begin with. */
const requiring = {
  js: [
    'import { createRequire as makeRequire } from "node:module"',
    "const require = makeRequire(import.meta.url), __dirname = import.meta.dirname"
  ].join("\n")
}

const compilers = { "TypeScript 7": "typescript", "TypeScript 6": "typescript-6" }

const checks = new Checks("package")
const check = checks.check.bind(checks)

const tarballPath = join(folder, `${manifest.name}-${manifest.version}.tgz`)
let files: ReadonlyArray<string> = []

try {
  await check("npm pack", async () => {
    const output = await must("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
      cwd: root
    })
    const packed = JSON.parse(output.slice(output.indexOf("[")))[0]
    files = packed.files.map((file: { readonly path: string }) => file.path)
    console.log(`        ${files.length} files, ${packed.size} bytes packed, ${packed.unpackedSize} unpacked`)
  })

  await check("the tarball holds src, dist, maps and ops, and nothing else", () => {
    const allowed =
      /^(src\/[\w/]+\.ts|dist\/[\w/]+\.(js|d\.ts)(\.map)?|ops\/\w+\/[\w.-]+\.(yml|json)|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/
    const strange = files.filter((file) => !allowed.test(file))
    if (strange.length > 0) fail(`not expected: ${strange.join(", ")}`)
    const there = new Set(files)
    const missing = [
      "LICENSE",
      "CHANGELOG.md",
      "README.md",
      "ops/grafana/effect-serialization.json",
      "ops/prometheus/effect-serialization.rules.yml",
      ...files
        .filter((file) => file.startsWith("src/"))
        .flatMap((file) => {
          const built = file.replace(/^src/, "dist").replace(/\.ts$/, "")
          return [`${built}.js`, `${built}.js.map`, `${built}.d.ts`, `${built}.d.ts.map`]
        })
    ].filter((file) => !there.has(file))
    if (missing.length > 0) fail(`missing: ${missing.join(", ")}`)
    for (const file of files.filter((name) => name.endsWith(".map"))) {
      for (const source of JSON.parse(readFileSync(join(root, file), "utf8")).sources) {
        if (!there.has(posix.join(dirname(file), source))) fail(`${file} names ${source}, which is not packed`)
      }
    }
  })

  await check("publint", async () => {
    await must("publint", ["run", tarballPath, "--strict"], { cwd: root })
  })
  await check("are the types wrong", async () => {
    await must("attw", [tarballPath, "--profile", "esm-only", "--no-definitely-typed", "--no-emoji", "--no-color"], {
      cwd: root
    })
  })

  const isInstalled = await check("npm install into an empty project", async () => {
    writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }))
    const packages = [tarballPath, `effect@${installed("effect")}`, `@types/node@${installed("@types/node")}`]
    await must("npm", ["install", "--no-audit", "--no-fund", ...packages], { limit: 300_000 })
    for (const name of ["program.ts", "bundled.ts", "tokens.ts", "cache.ts", "redis.ts"])
      copyFileSync(join(root, "scripts/package", name), join(app, name))
    const imports = plain.map(([entry], i) => `import * as module${i} from "${specifier(entry)}"`)
    writeFileSync(
      join(app, "imports.ts"),
      `${imports.join("\n")}\nexport const modules: ReadonlyArray<object> = [${plain.map((_, i) => `module${i}`).join(", ")}]\n`
    )
  })

  if (isInstalled) {
    await checkInstalled()
    await checkRedis()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
checks.close()

async function checkInstalled(): Promise<void> {
  for (const [name, compiler] of Object.entries(compilers)) {
    await check(`${name} understands the types of every public module`, async () => {
      await typecheck(compiler, ["program.ts", "bundled.ts", "cache.ts", "imports.ts"], "false")
    })
  }

  for (const [version, node] of Object.entries(nodes)) {
    await check(`a program on Node ${version}: string, bytes, stream, every route, Effect and promises`, async () => {
      const output = await must(node, ["program.ts"])
      if (!output.endsWith("program: done\n")) fail(output)
    })
    await check(`every public module loads on Node ${version}, by import and by require`, async () => {
      await must(node, ["imports.ts"])
      await must(node, [
        "--input-type=commonjs",
        "-e",
        plain.map(([entry]) => `require("${specifier(entry)}")`).join(";")
      ])
    })
  }

  await check("internal modules are closed", async () => {
    const inside = files.find((file) => /^dist\/internal\/\w+\/\w+\.js$/.test(file)) ?? fail("dist/internal is empty")
    const name = inside.replace(/^dist/, manifest.name)
    for (const closed of [name, name.replace(/\.js$/, ""), `${manifest.name}/${inside}`]) {
      const { code, output } = await run(process.execPath, ["--input-type=module", "-e", `import "${closed}"`], {
        cwd: app
      })
      if (code === 0 || !output.includes("ERR_PACKAGE_PATH_NOT_EXPORTED")) fail(`${closed} can be imported\n${output}`)
    }
  })

  await check("tokens without gpt-tokenizer, and with it in a bundled worker file", async () => {
    // The optional peer is here, and not in the application.
    await build({
      absWorkingDir: app,
      entryPoints: { "tokens-worker": specifier("./tokens/worker") },
      outdir: ".",
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
      nodePaths: [join(root, "node_modules")]
    })
    for (const node of Object.values(nodes)) {
      const output = await must(node, ["tokens.ts"])
      if (!output.endsWith("tokens: done\n")) fail(output)
    }
  })

  await check("bundled with esbuild, the worker beside it named by workerUrl", async () => {
    // Piscina starts its threads from a file of its own beside it, so it is left outside, as a dependency.
    const { metafile } = await build({ ...bundling, outdir: "bundle", external: ["piscina"], metafile: true })
    const worker = metafile.outputs["bundle/serialization-worker.js"] ?? fail("no worker was built")
    const heavy = Object.keys(worker.inputs).filter((input) => input.startsWith("node_modules/effect/"))
    if (heavy.length > 0) fail(`the worker loads Effect: ${heavy.join(", ")}`)

    // Only the bundle and Piscina may be used.
    const hidden = join(folder, "hidden")
    renameSync(join(app, "node_modules", manifest.name), hidden)
    await runBundle("bundle").finally(() => renameSync(hidden, join(app, "node_modules", manifest.name)))
  })

  await check("bundled whole, Piscina and its own worker file included", async () => {
    await build({
      ...bundling,
      entryPoints: { ...bundling.entryPoints, worker: "node_modules/piscina/dist/worker.js" },
      outdir: "whole",
      // Piscina is CommonJS: it looks for "worker.js" in its own folder, which is the bundle's now.
      banner: requiring,
      // Optional, native: Piscina does without it.
      external: ["@napi-rs/nice"]
    })
    const elsewhere = join(folder, "elsewhere")
    mkdirSync(elsewhere)
    renameSync(join(app, "whole"), join(elsewhere, "whole"))
    writeFileSync(join(elsewhere, "package.json"), JSON.stringify({ type: "module" }))
    await runBundle("whole", elsewhere)
  })
}

/** An application without the package `redis`, and then with it. */
async function checkRedis(): Promise<void> {
  await check(
    "a cache without redis: runs, is bundled, and says what to install when it is given an address",
    async () => {
      if (existsSync(join(app, "node_modules/redis"))) fail("redis was installed")
      await build({ ...bundling, entryPoints: { cache: "cache.ts" }, outdir: "cache" })
      for (const node of Object.values(nodes)) {
        for (const program of ["cache.ts", "cache/cache.js"]) {
          const output = await must(node, [program])
          if (!output.endsWith("cache: done\n")) fail(output)
        }
      }
    }
  )
  await check("a cache with redis: types, programs, bundles", async () => {
    await must("npm", ["install", "--no-audit", "--no-fund", `redis@${installed("redis")}`], { limit: 300_000 })
    // The optional peer whose types are named, and not installed here, is what the libraries' check is off for.
    for (const compiler of Object.values(compilers)) await typecheck(compiler, ["redis.ts"], "true")
    await build({ ...bundling, entryPoints: { redis: "redis.ts" }, outdir: "redis", banner: requiring })
    for (const node of Object.values(nodes)) {
      for (const program of ["redis.ts", "redis/redis.js"]) {
        const output = await must(node, [program])
        if (!output.endsWith("redis: done\n")) fail(output)
      }
    }
  })
}

async function typecheck(compiler: string, sources: ReadonlyArray<string>, skipLibCheck: string): Promise<void> {
  const flags = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--module", "nodenext", "--target", "es2024"]
  const more = ["--types", "node", "--allowImportingTsExtensions", "--skipLibCheck", skipLibCheck]
  await must(process.execPath, [join(root, "node_modules", compiler, "bin/tsc"), ...flags, ...more, ...sources])
}

async function runBundle(name: string, cwd = app): Promise<void> {
  const output = await must(process.execPath, [`${name}/main.js`], { cwd })
  if (!output.endsWith("bundled: done\n")) fail(output)
}
