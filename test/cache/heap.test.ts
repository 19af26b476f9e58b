/** A process with a small heap that fills a cache, and lives. */
import { assert, it } from "vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { isAll } from "../support/tier.ts"

const fixture = fileURLToPath(new URL("fixtures/smallHeap.ts", import.meta.url))

// Full collections near the limit take most of the time.
it.runIf(isAll)(
  "a process of 64 MB lives on a cache of 64 MB, since the cache gives way",
  async () => {
    // By default the young objects of so small a heap may take as much room as the old ones: on a busy machine V8 ended one
    // in some ten of these processes, whose garbage it had not collected yet.
    const flags = ["--max-old-space-size=64", "--max-semi-space-size=4"]
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, fixture])
    const { entries, evictions, limit } = JSON.parse(stdout)
    assert.isAbove(entries, 0)
    assert.isBelow(limit, 64 * 1024 * 1024)
    assert.isAbove(evictions.size + evictions.pressure, 0)
  },
  240_000
)
