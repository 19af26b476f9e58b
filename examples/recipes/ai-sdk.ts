/**
 * AI SDK: what a tool gives is shown to the model within a number of tokens, as valid JSON that holds something of everything. A second
 * tool, `read_more`, goes on from any place. The program still has the whole result.
 *
 * The model is a script here, so that the example needs no key. It asks for the report, then for the page that `next` names.
 */
import { generateText, isStepCount, jsonSchema, tool } from "ai"
import { MockLanguageModelV4 } from "ai/test"
import { countTokensAsync } from "effect-serialization/tokens"
import { type NextPage, serializeAsync, shutdownSerializationPool } from "effect-serialization"
import assert from "node:assert/strict"

const maxTokens = 400

const report = {
  title: "Orders of the year",
  orders: Array.from({ length: 50_000 }, (_, id) => ({ id, customer: `customer ${id % 900}` })),
  total: 50_000
}

/** What the model reads of a value, and where it goes on. */
const shown = async (value: unknown, page: Partial<NextPage> = {}): Promise<string> => {
  const { next, omitted = [], serialized } = await serializeAsync(value, { maxTokens, truncate: page })
  const [first] = omitted.map(({ from, pointer }) => ({ at: `${page.at ?? ""}${pointer}`, from }))
  const more = next ?? first
  return more === undefined ? serialized : `${serialized}\n${JSON.stringify({ read_more: more })}`
}

const tools = {
  report: tool({
    description: "The orders of the year",
    inputSchema: jsonSchema<object>({ type: "object", properties: {} }),
    execute: async () => report,
    toModelOutput: async ({ output }) => ({ type: "text", value: await shown(output) })
  }),
  read_more: tool({
    description: "More of the report: what is at a JSON Pointer, from an entry on",
    inputSchema: jsonSchema<NextPage>({
      type: "object",
      properties: { at: { type: "string" }, from: { type: "number" } },
      required: ["at", "from"]
    }),
    execute: async (page) => shown(report, page)
  })
}

/** What the model has been shown so far, result by result. */
const results = (prompt: ReadonlyArray<{ readonly role: string; readonly content: unknown }>): ReadonlyArray<string> =>
  prompt
    .filter(({ role }) => role === "tool")
    .flatMap(({ content }) => content as ReadonlyArray<{ readonly output: { readonly value: string } }>)
    .map(({ output }) => output.value)

const model = new MockLanguageModelV4({
  doGenerate: async ({ prompt }) => {
    const seen = results(prompt)
    const call = (toolName: string, input: string) =>
      ({ type: "tool-call", toolCallId: `${seen.length}`, toolName, input }) as const
    const content = seen.length === 0 ? call("report", "{}") : call("read_more", moreOf(seen.at(-1)!))
    const tokens = { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0, text: 0, reasoning: 0 }
    return {
      content: [seen.length < 3 ? content : { type: "text", text: `I have read ${seen.length} pages` }],
      finishReason: { unified: seen.length < 3 ? "tool-calls" : "stop", raw: undefined },
      usage: { inputTokens: tokens, outputTokens: tokens },
      warnings: []
    }
  }
})

/** As a model takes it from the last line of what it reads. */
const moreOf = (text: string): string => {
  const { read_more } = JSON.parse(text.slice(text.lastIndexOf("\n") + 1)) as { readonly read_more: NextPage }
  return JSON.stringify(read_more)
}

const { text } = await generateText({ model, tools, prompt: "What is in the report?", stopWhen: isStepCount(5) })
assert.equal(text, "I have read 3 pages")

const pages = results(model.doGenerateCalls.at(-1)!.prompt)
const [whole, first, second] = pages.map((page) => JSON.parse(page.split("\n")[0]!) as unknown)
assert.equal((whole as typeof report).total, 50_000)
// Each page goes on where the one before it ended; a page that is cut ends with a marker.
const ids = [(whole as typeof report).orders, first, second].map((orders) =>
  (orders as ReadonlyArray<unknown>).slice(0, -1).map((order) => (order as { readonly id: number }).id)
)
assert.deepEqual(ids.flat(), [...ids.flat().keys()])
for (const page of pages) {
  const { tokens } = await countTokensAsync(page.split("\n")[0]!)
  assert.ok(tokens <= maxTokens)
}

await shutdownSerializationPool()
console.log(`AI SDK: ${pages.length} pages of at most ${maxTokens} tokens show orders 0 to ${ids.flat().at(-1)}`)
