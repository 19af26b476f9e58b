/** The conformance script, on Node, Bun and Deno: all routings. */
import process from "node:process"
import { conformance } from "./conformance.ts"

const { checked, failures } = await conformance(["adaptive", "worker", "sliced", "sync"])
console.log(failures.length === 0 ? `${checked} as on Node` : failures.join("\n"))
process.exitCode = failures.length === 0 ? 0 : 1
