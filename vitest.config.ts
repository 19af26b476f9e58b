import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const src = fileURLToPath(new URL("src/", import.meta.url))

// The quick tier has no values of a hundred megabytes; see `test/support/tier.ts`.
const heavy = ["parity/heavy.test.ts"]

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
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", ...(mode === "all" ? [] : heavy)],
    setupFiles: ["./test/support/seed.ts"],
    // Worker threads are started by the code under test, so each test file gets a process, not a thread.
    pool: "forks",
    // By itself Vitest leaves one core free: on two cores that is half of the machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Limits against hanging, not expectations: property tests do thousands of runs, on slow machines too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "./scripts/closing-line.ts"]
  }
}))
