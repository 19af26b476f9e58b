/**
 * Large bodies are handed to the socket a piece a turn. Node gives a socket all that it has at once: where the client reads as fast as the
 * server writes, the kernel copies 17 MB in one call, and the event loop is blocked until it has (`npm run bench:frameworks`).
 */
import { schedule } from "../../internal/turns/turnQueue.ts"

/** Bytes of a piece: 0.2 ms of the kernel's time. */
const pieceSize = 256 * 1024

/** Milliseconds of a turn, as a layer's `turnBudget` is by default. */
const budget = 1

/** An `http.ServerResponse`, as far as it matters here. */
interface Response {
  readonly destroyed?: boolean | undefined
  readonly headersSent: boolean
  readonly req?: { readonly method?: string | undefined } | undefined
  hasHeader(name: string): boolean
  write(piece: Uint8Array): boolean
  end(...args: ReadonlyArray<any>): unknown
  once(event: "drain", listener: () => void): unknown
  destroy(error: unknown): unknown
}

/**
 * Sends the body of a response in pieces, if it is ended with one that is large. It is whole until then, so what looks at it, or puts another
 * one in its place, finds bytes. Whoever has replaced `write` or `end` of the response, as what compresses does, gets it whole.
 */
export const sendInPieces = (outgoing: object | undefined): void => {
  if (outgoing === undefined || !isPlain(outgoing)) return
  outgoing.end = (...args) => {
    Reflect.deleteProperty(outgoing, "end")
    const [body, ...rest] = args
    const isLarge = body instanceof Uint8Array && body.length > pieceSize
    if (!isLarge || !hasLength(outgoing) || outgoing.req?.method === "HEAD") return outgoing.end(...args)
    send(outgoing, body, rest)
    return outgoing
  }
}

const isPlain = (outgoing: object): outgoing is Response =>
  "hasHeader" in outgoing && !Object.hasOwn(outgoing, "end") && !Object.hasOwn(outgoing, "write")

/** Node itself tells a length only of a body that a response is ended with. */
const hasLength = (response: Response): boolean => response.headersSent || response.hasHeader("content-length")

const send = (response: Response, body: Uint8Array, rest: ReadonlyArray<unknown>): void => {
  const { write } = response
  let at = 0
  const step = (): boolean => {
    if (response.destroyed === true) return false
    const piece = body.subarray(at, at + pieceSize)
    at += piece.length
    if (at === body.length) {
      for (const name of Object.keys(ended)) Reflect.deleteProperty(response, name)
      response.end(piece, ...rest)
      return false
    }
    if (write.call(response, piece)) return true
    // The kernel may have taken it already: not in this turn all the same.
    response.once("drain", next)
    return false
  }
  const next = (): void => schedule({ budget, step, fail })
  const fail = (thrown: unknown): void => void response.destroy(thrown)
  Object.defineProperties(response, ended)
  if (step()) next()
}

/** To all others the response has ended: what they write or end once more comes to nothing, and nothing gets into the body. */
const ended = {
  end: {
    value(this: unknown): unknown {
      return this
    },
    configurable: true
  },
  write: { value: () => false, configurable: true },
  writableEnded: { value: true, configurable: true }
}
