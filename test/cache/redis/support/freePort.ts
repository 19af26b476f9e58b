/**
 * Ports of 127.0.0.1 that nobody listens on.
 *
 * They are below those that the system gives to outgoing connections: a client that tries to reconnect to a port that is closed
 * could otherwise be given the same one, and connect to itself.
 */
import { randomInt } from "node:crypto"
import { createServer } from "node:net"

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })

export const freePort = async (): Promise<number> => {
  for (let i = 0; i < 100; i++) {
    const port = randomInt(12_000, 32_000)
    if (await isFree(port)) return port
  }
  throw new Error("No port of 127.0.0.1 is free")
}
