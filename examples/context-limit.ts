/**
 * What is in a large value, in a thousand tokens.
 *
 * A program with promises and no Effect: how many tokens a value comes to, and its beginning within a limit.
 *
 * In a clone, run it with `npm run build` and `node examples/context-limit.ts`.
 */
import { makeSerializer } from "effect-serialization"

const orders = Array.from({ length: 20_000 }, (_, id) => ({
  id,
  customer: `customer ${id % 700}`,
  items: Array.from({ length: 1 + (id % 4) }, (_, item) => ({ sku: `A-${item}`, price: 9.5 * item }))
}))

await using serializer = makeSerializer()

const whole = await serializer.serialize(orders, { maxTokens: Infinity })
console.log(`The whole is ${whole.serialized.length} characters, ${whole.tokens} tokens.`)

const { serialized, tokens } = await serializer.serialize(orders, { maxTokens: 1000, truncate: true })
const shown = JSON.parse(serialized) as ReadonlyArray<unknown>
console.log(`Its beginning in ${tokens} tokens: ${serialized.length} characters, ${shown.length} orders.`)
if (tokens! > 1000) throw new Error("over the limit")
