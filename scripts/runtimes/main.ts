/** The conformance script, on Node, Bun and Deno: all routings, and `parse` with both scanners. */
import process from "node:process"
import { conformance } from "./conformance.ts"
import { parseConformance } from "./parse.ts"

const serialized = await conformance(["adaptive", "worker", "sliced", "sync"])
const parsed = parseConformance()
const checked = serialized.checked + parsed.checked
const failures = [...serialized.failures, ...parsed.failures]
console.log(failures.length === 0 ? `${checked} as on Node` : failures.join("\n"))
process.exitCode = failures.length === 0 ? 0 : 1
