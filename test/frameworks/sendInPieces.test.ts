/** A large body goes to the socket a piece a turn, and to everybody else its response has ended at once. */
import { assert, describe, it } from "@effect/vitest"
import { createServer, type IncomingMessage, request, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { sendInPieces } from "../../src/frameworks/internal/sendInPieces.ts"

const pieceSize = 256 * 1024
const body = Buffer.from("0123456789abcdef".repeat(250_000))

let turn = 0
/** Sizes of what a response was given, and in which turn of the event loop. */
let given: Array<{ readonly size: number; readonly turn: number }> = []

const sizeOf = (chunk: unknown): number => (chunk as { readonly length?: number } | undefined)?.length ?? 0

class Watched extends ServerResponse {
  override write(...args: [any, any?, any?]): boolean {
    given.push({ size: sizeOf(args[0]), turn })
    return super.write(...args)
  }
  override end(...args: [any?, any?, any?]): this {
    given.push({ size: sizeOf(args[0]), turn })
    return super.end(...args)
  }
}

type Handler = (response: ServerResponse, request: IncomingMessage) => void

const serving = async (handler: Handler, use: (port: number) => Promise<void>): Promise<void> => {
  given = []
  turn = 0
  let isOver = false
  const count = (): void => {
    turn++
    if (!isOver) setImmediate(count)
  }
  count()
  const server = createServer({ ServerResponse: Watched }, (request, response) => handler(response, request))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    await use((server.address() as AddressInfo).port)
  } finally {
    isOver = true
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const open = (port: number, method: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, method, agent: false }, resolve)
    asked.on("error", reject)
    asked.end()
  })

const ask = async (
  port: number,
  method = "GET"
): Promise<{ readonly length: string | undefined; readonly bytes: Buffer }> => {
  const response = await open(port, method)
  const bytes = await buffer(response)
  return { length: response.headers["content-length"], bytes }
}

const told: Handler = (response) => {
  sendInPieces(response)
  response.setHeader("Content-Length", body.length)
  response.end(body)
}

describe("a large body", () => {
  it("is handed over in pieces, each in a turn of its own", () =>
    serving(told, async (port) => {
      const { bytes, length } = await ask(port)
      assert.isTrue(bytes.equals(body))
      assert.strictEqual(length, String(body.length))
      assert.isAtMost(Math.max(...given.map(({ size }) => size)), pieceSize)
      assert.strictEqual(new Set(given.map(({ turn }) => turn)).size, given.length)
    }))

  it("has ended for others as soon as it was handed over", () => {
    let seen: ReadonlyArray<unknown> = []
    return serving(
      (response) => {
        sendInPieces(response)
        response.writeHead(200, { "content-length": body.length })
        response.end(body)
        seen = [
          response.writableEnded,
          response.headersSent,
          response.write("more"),
          response.end("more") === response,
          response.writableFinished
        ]
      },
      async (port) => {
        assert.isTrue((await ask(port)).bytes.equals(body))
        assert.deepStrictEqual(seen, [true, true, false, true, false])
      }
    )
  })

  it("calls back when it is sent", () => {
    let isSent: Promise<void> | undefined
    return serving(
      (response) => {
        sendInPieces(response)
        response.setHeader("Content-Length", body.length)
        isSent = new Promise((resolve) => response.end(body, resolve))
      },
      async (port) => {
        await ask(port)
        await isSent
      }
    )
  })

  it("waits for a client that does not read, and stops when it leaves", () => {
    const large = Buffer.alloc(64 * 1024 * 1024)
    let closed: Promise<void> | undefined
    return serving(
      (response) => {
        closed = new Promise((resolve) => response.on("close", resolve))
        sendInPieces(response)
        response.setHeader("Content-Length", large.length)
        response.end(large)
      },
      async (port) => {
        const response = await open(port, "GET")
        response.on("error", () => {})
        response.destroy()
        await closed
        const { length } = given
        assert.isBelow(length, large.length / pieceSize)
        for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
        assert.strictEqual(given.length, length)
      }
    )
  })

  it("is not written on when its response was destroyed meanwhile", () => {
    let closed: Promise<void> | undefined
    return serving(
      (response) => {
        closed = new Promise((resolve) => response.on("close", resolve))
        told(response, response.req)
        // After the listener that plans the next piece.
        response.once("drain", () => response.destroy())
      },
      async (port) => {
        const response = await open(port, "GET")
        response.on("error", () => {})
        response.resume()
        await closed
        for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
        assert.strictEqual(given.length, 1)
      }
    )
  })

  const whole: Record<string, { readonly handler: Handler; readonly method?: string; readonly isEmpty?: boolean }> = {
    "whose length only Node tells": {
      handler: (response) => {
        sendInPieces(response)
        response.end(body)
      }
    },
    "of a HEAD": { handler: told, method: "HEAD", isEmpty: true },
    "that another has to write": {
      handler: (response) => {
        const own = response.write
        response.write = (piece: unknown): boolean => Reflect.apply(own, response, [piece])
        told(response, response.req)
      }
    },
    "that another has to end": {
      handler: (response) => {
        const own = response.end
        response.end = (body?: unknown): any => Reflect.apply(own, response, [body])
        told(response, response.req)
      }
    }
  }
  for (const [name, { handler, isEmpty, method }] of Object.entries(whole)) {
    it(`${name} is handed over whole`, () =>
      serving(handler, async (port) => {
        const { bytes, length } = await ask(port, method)
        assert.strictEqual(length, String(body.length))
        assert.isTrue(bytes.equals(isEmpty === true ? Buffer.alloc(0) : body))
        assert.deepStrictEqual(
          given.map(({ size }) => size),
          [body.length]
        )
      }))
  }

  it("a small one, and one that others have replaced, go their own way", () =>
    serving(
      (response) => {
        sendInPieces(response)
        response.end("replaced")
        assert.isFalse(Object.hasOwn(response, "end"))
      },
      async (port) => assert.strictEqual((await ask(port)).bytes.toString(), "replaced")
    ))
})
