/**
 * winston: a format that cuts fields to a limit, at the cost of the part that is kept, before `format.json()` makes the line.
 */
import { preview } from "effect-serialization"
import assert from "node:assert/strict"
import { Writable } from "node:stream"
import winston from "winston"

const cut = (field: unknown): unknown => {
  if (typeof field !== "object" || field === null) return field
  const { serialized, truncated } = preview(field, { maxSize: 2000, lenient: true })
  return truncated ? (JSON.parse(serialized) as unknown) : field
}

const cutFields = winston.format((info) => {
  // Keys that are symbols are winston's own, and stay.
  for (const name of Object.keys(info)) info[name] = cut(info[name])
  return info
})

const linesOf = (format: winston.Logform.Format, log: (logger: winston.Logger) => void): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    }
  })
  log(winston.createLogger({ format, transports: [new winston.transports.Stream({ stream })] }))
  return lines
}

const { combine, json } = winston.format
const ours = combine(cutFields(), json())
const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, name: `row ${id}` }))

const small = (logger: winston.Logger) => void logger.info("small", { user: { id: 1 }, at: new Date(0), tags: ["a"] })
assert.deepEqual(linesOf(ours, small), linesOf(json(), small))

const [line = ""] = linesOf(ours, (logger) => void logger.info("large", { rows, user: { id: 1 } }))
assert.ok(line.length < 2200)
const parsed = JSON.parse(line) as {
  readonly rows: ReadonlyArray<unknown>
  readonly user: unknown
  readonly level: string
}
assert.deepEqual(parsed.rows.slice(0, 10), rows.slice(0, 10))
assert.deepEqual([parsed.user, parsed.level], [{ id: 1 }, "info"])
console.log(`winston: a line of ${line.length} characters for a field of ${JSON.stringify(rows).length}`)
