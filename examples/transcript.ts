/**
 * An agent's tool results, shortened to fit a prompt.
 *
 * A tool may answer with anything: megabytes, cycles, errors, bigints. What goes into the prompt has to be valid JSON of at most
 * so many characters, whatever comes, and a cycle in a tool's answer must not end the agent.
 *
 * In a clone, run it with `npm run build` and `npx node examples/transcript.ts`.
 */
import { Effect } from "effect"
import { Serialization, SerializationLive } from "effect-serialization"

interface ToolResult {
  readonly tool: string
  readonly result: unknown
}

/** Characters of the prompt that one tool result may take. */
const room = 120

/** What `JSON.stringify` has no text for, or a poor one. */
const readable = (_key: string, value: unknown): unknown => {
  if (typeof value === "bigint") return value.toString()
  if (value instanceof Error) return { error: value.name, message: value.message }
  return value
}

const forPrompt = Effect.fnUntraced(
  function* ({ result }: ToolResult) {
    const serialization = yield* Serialization
    const { serialized, truncated } = yield* serialization.serialize(result, {
      replacer: readable,
      maxSize: room,
      truncate: true
    })
    return truncated ? `${serialized} (shortened)` : serialized
  },
  Effect.catchReasons(
    "SerializationError",
    {
      CyclicValue: ({ pointer }) => Effect.succeed(`(no JSON: circular reference at ${pointer})`),
      UnsupportedValue: ({ type }) => Effect.succeed(`(no result: ${type})`)
    },
    // A `toJSON` or a getter of the tool's answer threw.
    (reason) => Effect.succeed(`(no JSON: ${reason.message})`)
  )
)

const cyclic: { name: string; parent?: unknown } = { name: "node" }
cyclic.parent = cyclic

const results: ReadonlyArray<ToolResult> = [
  { tool: "search", result: Array.from({ length: 50_000 }, (_, rank) => ({ rank, title: `Result ${rank}` })) },
  { tool: "read-file", result: "A long text. ".repeat(500_000) },
  { tool: "count", result: { rows: 9_007_199_254_740_993n } },
  { tool: "fetch", result: new TypeError("connection refused") },
  { tool: "inspect", result: cyclic },
  { tool: "sleep", result: undefined }
]

const program = Effect.forEach(results, (result) =>
  forPrompt(result).pipe(Effect.map((text) => `<tool name="${result.tool}">${text}</tool>`))
)

const lines: ReadonlyArray<string> = await Effect.runPromise(program.pipe(Effect.provide(SerializationLive)))
console.log(lines.join("\n"))
