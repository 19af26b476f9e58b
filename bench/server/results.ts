/** Results of the server benchmark as they are kept. */
import type { Machine } from "../suite/results.ts"

export interface ServerRow {
  /** A control, or a way of serializing. */
  readonly way: string
  /** Bytes of a document. */
  readonly bytes: number
  readonly clients: number
  readonly seconds: number
  readonly pings: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Longest hold of the server's loop. */
  readonly hold: number
  readonly documents: number
  readonly errors: number
  /** CPU seconds of the server, all its threads. */
  readonly cpu: number
  /** Milliseconds for which the server's loop was active, what it got of a core meanwhile, and what all its other threads got. */
  readonly busy: number
  readonly got: number
  readonly others: number
  /** Peak memory of the server, bytes. */
  readonly peak: number
  /** Whether SHA-256 of every document is that of `JSON.stringify`'s text, before the load and after it. */
  readonly identical: boolean
  readonly failure?: string
}

export interface ServerResults {
  readonly machine: Machine
  readonly rows: ReadonlyArray<ServerRow>
}
