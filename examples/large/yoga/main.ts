/**
 * GraphQL Yoga: a plugin that makes the answer of results without errors and extensions. The same answers, with it and without.
 */
import { serializeToBytesAsync, shutdownSerializationPool } from "effect-serialization"
import { createSchema, createYoga, type Plugin } from "graphql-yoga"
import assert from "node:assert/strict"
import { createHash } from "node:crypto"

const schema = createSchema({
  typeDefs: `
    type Row { id: Int!, name: String! }
    type Query { rows(count: Int!): [Row!]! }
  `,
  resolvers: {
    Query: {
      rows: (_: unknown, { count }: { readonly count: number }) =>
        Array.from({ length: count }, (_, id) => ({ id, name: `row ${id} €` }))
    }
  }
})

/** The type that Yoga would answer with: that of the first entry of `accept` that a result in one piece can have. */
const typeFor = (request: Request): string | undefined => {
  const accepted = (request.headers.get("accept") ?? "*/*").split(",").map((entry) => entry.split(";")[0]!.trim())
  const known = ["application/graphql-response+json", "application/json", "application/*", "*/*"]
  const first = accepted.find((type) => known.includes(type))
  return first?.endsWith("*") ? "application/json" : first
}

const inTurns: Plugin = {
  onResultProcess({ request, result, setResultProcessor }) {
    const type = typeFor(request)
    // Errors and extensions have rules of their own, and so has a result that comes in parts.
    if (type === undefined || Symbol.asyncIterator in result || Array.isArray(result)) return
    const { data, errors, extensions } = result as Record<string, unknown>
    if (data === undefined || errors !== undefined || extensions !== undefined) return
    setResultProcessor(async (_result, fetchAPI) => {
      const { bytes } = await serializeToBytesAsync({ data })
      const headers = { "content-type": `${type}; charset=utf-8`, "content-length": String(bytes.length) }
      return new fetchAPI.Response(bytes, { headers })
    }, type)
  }
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex")

const headersOf = (response: Response) =>
  [...response.headers].map(([name, value]) => [name.toLowerCase(), value]).toSorted()

const answersOf = async (plugins: ReadonlyArray<Plugin>): Promise<ReadonlyArray<unknown>> => {
  const yoga = createYoga({ schema, plugins: [...plugins], logging: false })
  const answers = []
  for (const query of ["{ rows(count: 3) { id } }", "{ rows(count: 50000) { id name } }", "{ nothing }"]) {
    for (const accept of ["application/json", "application/graphql-response+json", "*/*"]) {
      const headers = { "content-type": "application/json", accept }
      const init = { method: "POST", headers, body: JSON.stringify({ query }) }
      const response = await yoga.fetch("http://localhost/graphql", init)
      answers.push([response.status, headersOf(response), digest(await response.text())])
    }
  }
  return answers
}

assert.deepEqual(await answersOf([inTurns]), await answersOf([]))
await shutdownSerializationPool()
console.log("GraphQL Yoga: the same answers, with the plugin and without")
