/** The routes that every framework serves, and what is asked of them. */
import { AsyncLocalStorage } from "node:async_hooks"
import type { Ask } from "./client.ts"

export interface Route {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly value: (id: string) => unknown
}

/** Some 400 KB: many frames, with text of one byte, two and more. */
const rows = Array.from({ length: 5000 }, (_, id) => ({
  id,
  name: `row ${id}`,
  text: id % 7 === 0 ? "größer als 💧 \u2028 <&>" : "plain",
  at: new Date(1.7e12 + id * 1000),
  values: [id / 3, -0, null]
}))

const cyclic: { rows: typeof rows; self?: unknown } = { rows }
cyclic.self = cyclic

/** Whose request it is, as code in a value sees it. */
export const tenant: AsyncLocalStorage<string> = new AsyncLocalStorage()

export const routes: Record<string, Route> = {
  "/small": { value: () => ({ hello: "world" }) },
  "/large": { value: () => rows },
  "/created": { status: 201, value: () => ({ rows }) },
  "/teapot": { status: 418, value: () => ({ rows }) },
  "/headers": {
    headers: { "x-own": "yes", "cache-control": "max-age=60", "content-type": "application/vnd.api+json" },
    value: () => rows
  },
  "/profile": {
    headers: { "content-type": 'Application/LD+JSON; profile="https://example.org/a b"' },
    value: () => rows
  },
  "/latin": { headers: { "content-type": "application/json; charset=iso-8859-1" }, value: () => rows },
  "/tagged": { headers: { etag: '"mine"' }, value: () => rows },
  "/cyclic": { headers: { "x-own": "yes" }, value: () => cyclic },
  "/bigint": { value: () => [rows, 1n] },
  "/throws": {
    value: () => [
      rows,
      {
        toJSON: () => {
          throw new Error("no JSON of me")
        }
      }
    ]
  },
  "/small-cyclic": {
    value: () => {
      const value: { self?: unknown } = {}
      value.self = value
      return value
    }
  },
  "/small-toJSON": { value: () => ({ inner: { toJSON: (key: string) => ({ key }) } }) },
  "/tenant": {
    value: () => Array.from({ length: 3000 }, (_, id) => ({ toJSON: () => ({ id, tenant: tenant.getStore() }) }))
  },
  "/binary": { value: () => ({ bytes: new Uint8Array(5000).fill(7), buffer: Buffer.alloc(5000, 1) }) },
  "/typed-array": { value: () => ({ inner: new Float64Array(5000).fill(0.5) }) },
  "/deep": { value: () => Array.from({ length: 1000 }).reduce((inner) => [inner], "deep") },
  "/missing-fields": { value: () => ({ rows, gone: undefined, method: () => 1, sign: Symbol("s") }) }
}

const gets = Object.keys(routes).map((path): Ask => ({ path }))

export const asks: ReadonlyArray<Ask> = [
  ...gets,
  { path: "/large", method: "HEAD" },
  { path: "/small", method: "HEAD" },
  { path: "/headers", method: "HEAD" },
  { path: "/bigint", method: "HEAD" },
  { path: "/large", headers: { "if-none-match": "*" } },
  { path: "/tagged", headers: { "if-none-match": '"mine"' } },
  { path: "/tagged", headers: { "if-none-match": '"other", W/"mine"' } },
  { path: "/large", headers: { "cache-control": "no-cache", "if-none-match": "*" } },
  { path: "/large", headers: { "accept-encoding": "gzip" } },
  { path: "/large", headers: { "x-tenant": "red", connection: "keep-alive" } },
  { path: "/nowhere" }
]

export const nameOf = ({ headers = {}, method = "GET", path }: Ask): string =>
  [method, path, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join(" ")
