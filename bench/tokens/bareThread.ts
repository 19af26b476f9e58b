/** The least that counting on another thread can cost: a text comes, its count goes back. */
import { parentPort } from "node:worker_threads"
import { gptTokenizer } from "./peers.ts"

const count = await gptTokenizer.load()
parentPort!.on("message", (text: string) => parentPort!.postMessage(count(text)))
