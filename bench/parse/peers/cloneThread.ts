/** A worker thread that parses what it is given and sends the value back. */
import { parentPort } from "node:worker_threads"

parentPort?.on("message", (bytes: Uint8Array) => {
  parentPort?.postMessage(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()))
})
