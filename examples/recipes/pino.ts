/**
 * pino: fields of any size in a log line, at the cost of the part that is kept. A field that is longer than the limit is cut, as valid JSON.
 *
 * It has to be here: pino's transports get the finished text.
 */
import { preview } from "effect-serialization"
import assert from "node:assert/strict"
import { Writable } from "node:stream"
import pino from "pino"

/** Fields that fit stay as they are, errors and such included: pino has ways of its own for them. */
const cut = (field: unknown): unknown => {
  if (typeof field !== "object" || field === null || field instanceof Error) return field
  const { serialized, truncated } = preview(field, { maxSize: 2000, lenient: true })
  return truncated ? (JSON.parse(serialized) as unknown) : field
}

const formatters: pino.LoggerOptions["formatters"] = {
  log: (fields) => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, cut(field)]))
}

const linesOf = (options: pino.LoggerOptions, log: (logger: pino.Logger) => void): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    }
  })
  log(pino({ base: null, timestamp: false, ...options }, output))
  return lines
}

const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, name: `row ${id}` }))

const small = (logger: pino.Logger) => logger.info({ user: { id: 1 }, at: new Date(0), tags: ["a"], n: 1 }, "small")
assert.deepEqual(linesOf({ formatters }, small), linesOf({}, small))

const [line = ""] = linesOf({ formatters }, (logger) => logger.info({ rows, user: { id: 1 } }, "large"))
assert.ok(line.length < 2200)
const parsed = JSON.parse(line) as {
  readonly rows: ReadonlyArray<unknown>
  readonly user: unknown
  readonly msg: string
}
assert.deepEqual(parsed.rows.slice(0, 10), rows.slice(0, 10))
assert.deepEqual([parsed.user, parsed.msg], [{ id: 1 }, "large"])
console.log(`pino: a line of ${line.length} characters for a field of ${JSON.stringify(rows).length}`)
