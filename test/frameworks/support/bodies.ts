/** Bodies that are posted to both arms of a server, and what a client gets. */
import { request } from "node:http"

const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: `größer ${id} 💧` }))

/** More than goes to `JSON.parse` at once. */
export const large: string = JSON.stringify(rows(3000))

export const limit = 300_000

export const bodies: Readonly<Record<string, string>> = {
  empty: "",
  small: '{"id": 1}',
  "small, broken": '{"id": 1,}',
  blank: "  ",
  scalar: "17",
  mark: '\ufeff{"id": 1}',
  "a mark and nothing": "\ufeff",
  large,
  "large, with a mark": `\ufeff${large}`,
  "large, spaced": ` \n${JSON.stringify(rows(2500), null, 2)}`,
  "large, a scalar": JSON.stringify("x".repeat(100_000)),
  "large, broken early": `[oops,${large}]`,
  "large, broken late": `${large}]`,
  "large, cut off": large.slice(0, -100),
  "large, a dangerous key": `[${large},{"__proto__": {"a": 1}}]`,
  "large, a dangerous constructor": `[${large},{"constructor": {"prototype": {"a": 1}}}]`,
  "large, a harmless constructor": `[${large},{"constructor": "no"}]`,
  "over the limit": JSON.stringify(rows(9000))
}

export interface Post {
  readonly body: string | Uint8Array
  readonly headers?: Record<string, string>
  readonly path?: string
  /** The client says that there is more, and never sends it. */
  readonly isOpen?: boolean
}

export interface Reply {
  readonly status: number
  readonly text: string
}

export const post = (port: number, { body, headers = {}, isOpen = false, path = "/" }: Post): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const client = request({
      host: "127.0.0.1",
      port,
      path,
      method: "POST",
      agent: false,
      headers: { "content-type": "application/json", ...headers }
    })
    let isAnswered = false
    // A server that refuses a body may close before all of it was sent.
    client.on("error", (error) => isAnswered || reject(error))
    client.on("response", async (response) => {
      isAnswered = true
      const text = await new Response(response as never).text()
      client.destroy()
      resolve({ status: response.statusCode!, text })
    })
    if (isOpen) client.write(body)
    else client.end(body)
  })

/** With a Content-Length, and without. */
export const waysOf = (body: string): ReadonlyArray<Post> => [
  { body, headers: { "content-length": String(Buffer.byteLength(body)) } },
  { body, headers: { "transfer-encoding": "chunked" } }
]
