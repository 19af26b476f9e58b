/** Runs a job to its end with a scanner and with piece sizes of the test's choice: a tiny window meets each border. */
import { KeyGuard } from "../../../src/parse/internal/keyGuard.ts"
import { ParseJob, type Task } from "../../../src/parse/internal/job.ts"
import { Reading } from "../../../src/parse/internal/reading.ts"
import { Scanner, wasmModule } from "../../../src/parse/internal/scanner.ts"
import { BytesSource, type Source, StringSource } from "../../../src/parse/internal/sources.ts"
import { valueTask } from "../../../src/parse/internal/tasks.ts"
import type { ParseOptions } from "../../../src/parse/internal/parseOptions.ts"
import { Window } from "../../../src/parse/internal/window.ts"
import type { ParseError } from "../../../src/parse/ParseError.ts"

export const scanners = { WebAssembly: new Scanner(wasmModule()), JavaScript: new Scanner(undefined) }

export interface Setting {
  readonly scanner: Scanner
  readonly leastPiece: number
  readonly mostPiece: number
}

/** Piece sizes from 16 units up, with both scanners. */
export const settings: ReadonlyArray<Setting & { readonly name: string }> = Object.entries(scanners).flatMap(
  ([name, scanner]) =>
    [
      [16, 16],
      [16, 64],
      [100, 1000],
      [4096, 0x20000]
    ].map(([leastPiece, mostPiece]) => ({
      name: `${name}, ${leastPiece}-${mostPiece}`,
      scanner,
      leastPiece: leastPiece!,
      mostPiece: mostPiece!
    }))
)

export type Given = string | Uint8Array | ReadonlyArray<Uint8Array>

/** `given` as an array arrives part by part. */
export const makeReading = (
  given: Given,
  { leastPiece, mostPiece, scanner }: Setting,
  options: ParseOptions = {}
): { readonly reading: Reading; readonly more: () => void } => {
  const source: Source = typeof given === "string" ? new StringSource(given) : new BytesSource(options.maxBytes)
  const parts = typeof given === "string" ? [] : given instanceof Uint8Array ? [given] : [...given]
  const more = () => {
    const bytes = source as BytesSource
    const part = parts.shift()
    if (part !== undefined) bytes.push(part)
    if (parts.length === 0) bytes.isEnded = true
  }
  if (typeof given !== "string") more()
  const { dangerousKeys = "keep" } = options
  const reading = new Reading(new Window(scanner, source), {
    maxDepth: options.maxDepth ?? Infinity,
    isStrictUtf8: options.invalidUtf8 === "error",
    guard: dangerousKeys === "keep" ? undefined : new KeyGuard(dangerousKeys),
    hasSources: options.reviver !== undefined,
    pieceTime: 0.25,
    leastPiece,
    mostPiece
  })
  return { reading, more }
}

/** What came of it. */
export type Outcome<A = unknown> = { readonly value: A } | { readonly error: ParseError }

export const runTask = <A>(task: Task<A>, reading: Reading, more: () => void): Outcome<A> => {
  const job = new ParseJob(reading, task, 1, { end: () => {}, idle: more })
  while (!job.isDone) job.runToEnd()
  if (job.isDefect) throw job.error
  return job.hasFailed ? { error: job.error as ParseError } : { value: job.task.value }
}

export const run = (given: Given, setting: Setting, options: ParseOptions = {}): Outcome => {
  const { more, reading } = makeReading(given, setting, options)
  return runTask(valueTask(reading, options), reading, more)
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A text in parts of so many bytes. */
export const partsOf = (bytes: Uint8Array, size: number): Array<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
