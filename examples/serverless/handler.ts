/**
 * A function of a serverless platform: one module that exports a handler. The instance is made once, when the platform loads the
 * module, and serves all calls of the process. Its slices need no thread, which a platform would freeze between two calls.
 */
import { makeSerializer } from "effect-serialization"

const serializer = makeSerializer({ routing: "sliced" })

const orders = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, name: `order ${id}`, total: id * 1.25, at: new Date(id * 1e9) }))

export interface Answer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const handler = async (event: { readonly count?: number }): Promise<Answer> => {
  const { serialized } = await serializer.serialize({ orders: orders(event.count ?? 10) })
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: serialized }
}
