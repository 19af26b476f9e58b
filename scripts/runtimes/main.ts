/** The conformance script, on Node, Bun and Deno: all routings, `parse` with both scanners, and answers. */
import process from "node:process"
import { SerializationLayer } from "effect-serialization"
import { answersConformance } from "./answers.ts"
import { conformance } from "./conformance.ts"
import { parseConformance } from "./parse.ts"

const serialized = await conformance(["adaptive", "worker", "sliced", "sync"])
const parsed = parseConformance()
const answers = [
  await answersConformance("worker", SerializationLayer.layer({ maxThreads: 2 })),
  await answersConformance("sliced", SerializationLayer.layerSliced())
]
const parts = [serialized, parsed, ...answers]
const checked = parts.reduce((sum, part) => sum + part.checked, 0)
const failures = parts.flatMap((part) => part.failures)
console.log(failures.length === 0 ? `${checked} as on Node` : failures.join("\n"))
process.exitCode = failures.length === 0 ? 0 : 1
