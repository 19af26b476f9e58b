/** A client that sees what is on the wire: headers as they come, bodies as they are encoded. */
import { createHash } from "node:crypto"
import { once } from "node:events"
import { request, type RequestOptions, type Server } from "node:http"
import type { AddressInfo } from "node:net"

export interface Ask {
  readonly path: string
  readonly method?: string
  readonly headers?: Record<string, string>
}

export interface Answer {
  readonly status: number
  readonly message: string
  /** In lower case, sorted, without Date. A header that comes twice is there twice. */
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: Buffer
}

/** What listens, and how it ends. */
export interface Listening extends AsyncDisposable {
  readonly port: number
}

export const listening = async (server: Server): Promise<Listening> => {
  if (!server.listening) await once(server, "listening")
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close")
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}

export const open = (port: number, { path, ...rest }: Ask) => {
  const options: RequestOptions = { host: "127.0.0.1", port, path, agent: false, ...rest }
  return request(options)
}

export const ask = async (port: number, what: Ask): Promise<Answer> => {
  const outgoing = open(port, what).end()
  const [response] = await once(outgoing, "response")
  const chunks: Array<Buffer> = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const { rawHeaders } = response as { readonly rawHeaders: ReadonlyArray<string> }
  const headers = Array.from({ length: rawHeaders.length / 2 }, (_, i) => {
    return [rawHeaders[2 * i]!.toLowerCase(), rawHeaders[2 * i + 1]!] as const
  })
  return {
    status: response.statusCode,
    message: response.statusMessage,
    headers: headers.filter(([name]) => name !== "date").sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    body: Buffer.concat(chunks)
  }
}

/** An answer in a form that a failing test can show. */
export const readable = ({ body, ...rest }: Answer) => ({
  ...rest,
  bytes: body.length,
  sha256: createHash("sha256").update(body).digest("hex"),
  begin: body.subarray(0, 200).toString()
})

export const header = (answer: Answer, name: string): string | undefined =>
  answer.headers.find(([key]) => key === name)?.[1]
