import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const src = fileURLToPath(new URL("src/", import.meta.url))

// The quick tier has no values of a hundred megabytes; see `test/support/tier.ts`.
const heavy = ["test/parity/heavy.test.ts"]

/**
 * Files that need a process of their own: what happens the first time in a process, what it holds, its threads and what V8 has
 * learned. The others share a few processes, since importing Effect takes as long as most of them.
 */
const own = ["warm*", "*emory", "arrayElements", "WorkerPool*"]
  .map((name) => `test/**/${name}.test.ts`)
  .concat(["cache", "engine", "pool", "monitor", "turns"].map((room) => `test/${room}/**/*.test.ts`))

const projects = [
  { name: "shared", isolate: false, include: ["test/**/*.test.ts"], exclude: own },
  { name: "own", isolate: true, include: own, exclude: [] },
  { name: "programs", isolate: true, include: ["{dashboard,examples}/**/*.test.ts"], exclude: [] }
]

export default defineConfig(({ mode }) => ({
  resolve: {
    // Tests and examples may name the package as its users do; here that means the sources, so nothing has to be built.
    alias: [
      { find: /^effect-serialization$/, replacement: `${src}index.ts` },
      // A subpath in lower case is a domain's folder (`worker` and `testing` are files), one with a capital is a file.
      { find: /^effect-serialization\/((?:[a-z]\w*\/)?(?:worker|testing))$/, replacement: `${src}$1.ts` },
      { find: /^effect-serialization\/([a-z]\w*)$/, replacement: `${src}$1/index.ts` },
      { find: /^effect-serialization\/((?:[a-z]\w*\/)?(?:[A-Z]\w*|(?<=\/)testing))$/, replacement: `${src}$1.ts` }
    ]
  },
  test: {
    reporters: ["default", "./scripts/closing-line.ts"],
    // By itself Vitest leaves one core free: on two cores that is half of the machine. One more than cores took no less time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: projects.map(({ exclude, include, isolate, name }) => ({
      extends: true as const,
      test: {
        name,
        isolate,
        include,
        exclude: ["**/node_modules/**", ...(mode === "all" ? [] : heavy), ...exclude],
        setupFiles: ["./test/support/seed.ts"],
        // Worker threads are started by the code under test, so test files are in processes, not in threads.
        pool: "forks" as const,
        // Limits against hanging, not expectations: property tests do thousands of runs, and others start processes, on slow machines
        // too.
        testTimeout: 240_000,
        hookTimeout: 240_000
      }
    }))
  }
}))
