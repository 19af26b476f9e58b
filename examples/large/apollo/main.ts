/**
 * Apollo Server: `stringifyResult` makes the text of every answer. The same answers, with it and without.
 */
import { ApolloServer } from "@apollo/server"
import { startStandaloneServer } from "@apollo/server/standalone"
import { serializeAsync, shutdownSerializationPool } from "effect-serialization"
import assert from "node:assert/strict"
import { createHash } from "node:crypto"

const typeDefs = `
  type Row { id: Int!, name: String! }
  type Query { rows(count: Int!): [Row!]! }
`
const resolvers = {
  Query: {
    rows: (_: unknown, { count }: { readonly count: number }) =>
      Array.from({ length: count }, (_, id) => ({ id, name: `row ${id} €` }))
  }
}

const plain = new ApolloServer({ typeDefs, resolvers })
const ours = new ApolloServer({
  typeDefs,
  resolvers,
  // The line break is what Apollo's own has at its end.
  stringifyResult: async (value) => `${(await serializeAsync(value)).serialized}\n`
})

const digest = (text: string): string => createHash("sha256").update(text).digest("hex")

const answersOf = async (server: ApolloServer): Promise<ReadonlyArray<unknown>> => {
  const { url } = await startStandaloneServer(server, { listen: { port: 0 } })
  const answers = []
  for (const query of ["{ rows(count: 3) { id } }", "{ rows(count: 50000) { id name } }", "{ nothing }"]) {
    const headers = { "content-type": "application/json" }
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })
    const { date: _, ...rest } = Object.fromEntries(response.headers)
    answers.push([response.status, rest, digest(await response.text())])
  }
  await server.stop()
  return answers
}

assert.deepEqual(await answersOf(ours), await answersOf(plain))
await shutdownSerializationPool()
console.log("Apollo Server: the same answers, with stringifyResult and without")
