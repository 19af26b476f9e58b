/**
 * What `JSON.stringify` itself says about a value, and the comparison of it with what the library says.
 */
import { types } from "node:util"
import type { OracleOptions, ParityCase, Reason } from "./parityCase.ts"
import { type Call, isSameCall, Recorder, showCall } from "./recorder.ts"

// Captured before any case patches it.
const stringify = JSON.stringify

/** What came of serializing a value. */
export type Outcome =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "NoText" }
  | { readonly _tag: "Thrown"; readonly thrown: unknown }

export const native = (value: unknown, options: OracleOptions): Outcome => {
  const space = options.space !== undefined ? options.space : options.pretty === true ? 2 : undefined
  try {
    const text: string | undefined = stringify(value, options.replacer, space)
    return text === undefined ? { _tag: "NoText" } : { _tag: "Text", text }
  } catch (thrown) {
    return { _tag: "Thrown", thrown }
  }
}

/** One run of a case: a freshly made value, its options, and the recorder that its user code writes to. */
export interface Run {
  readonly recorder: Recorder
  readonly value: unknown
  readonly options: OracleOptions
}

/** What is put around the value of a case; see `padding.ts`. */
export interface Wrapping {
  readonly names: ReadonlyArray<string>
  readonly pointer: string
  readonly wrap: (value: unknown) => unknown
}

export const startRun = (parityCase: ParityCase, wrapping?: Wrapping): Run => {
  const recorder = new Recorder()
  const made = parityCase.make(recorder)
  const value = wrapping === undefined ? made : wrapping.wrap(made)
  // Where a built-in is patched, naming must not run on it.
  if (parityCase.patch === undefined) recorder.nameAtFirstCall(value)
  else recorder.name(value)
  return { recorder, value, options: parityCase.options?.(recorder, wrapping?.names ?? []) ?? {} }
}

/** What the library has to give: a text, or an error with a reason; for errors of user code, the value that was thrown. */
export type Expected =
  | { readonly _tag: "Text"; readonly text: string; readonly calls: ReadonlyArray<Call> }
  | {
      readonly _tag: "Error"
      readonly reason: Reason
      readonly pointer: string | undefined
      /** Undefined where V8 itself threw. */
      readonly cause: { readonly recorded: boolean; readonly thrown: unknown } | undefined
      readonly calls: ReadonlyArray<Call>
    }

const isTypeError = (thrown: unknown): thrown is Error => types.isNativeError(thrown) && thrown.name === "TypeError"

// By message, which the library must not do: the cases are ours, and those whose user code throws such a message are recorded.
const reasonOf = (thrown: unknown, recorder: Recorder): Reason => {
  if (recorder.thrown.includes(thrown)) return "UserCodeFailed"
  if (isTypeError(thrown) && thrown.message.startsWith("Converting circular structure to JSON")) return "CyclicValue"
  if (isTypeError(thrown) && thrown.message === "Do not know how to serialize a BigInt") return "UnsupportedValue"
  return "UserCodeFailed"
}

/** What is expected of a run, from the native outcome of a run of the same case on a value of its own. */
export const expect = (parityCase: ParityCase, run: Run, outcome: Outcome, wrapping?: Wrapping): Expected => {
  const calls = run.recorder.calls
  const pointer =
    parityCase.pointer === undefined
      ? undefined
      : parityCase.isAtRoot === true
        ? ""
        : (wrapping?.pointer ?? "") + parityCase.pointer
  if (outcome._tag === "Text") return { _tag: "Text", text: outcome.text, calls }
  if (outcome._tag === "NoText")
    return { _tag: "Error", reason: "UnsupportedValue", pointer: "", cause: undefined, calls }
  const reason = reasonOf(outcome.thrown, run.recorder)
  return {
    _tag: "Error",
    reason,
    pointer,
    cause:
      reason === "UserCodeFailed"
        ? { recorded: run.recorder.thrown.includes(outcome.thrown), thrown: outcome.thrown }
        : undefined,
    calls
  }
}

/** Runs a case natively, its patch applied. */
export const runNatively = (
  parityCase: ParityCase,
  wrapping?: Wrapping
): { readonly run: Run; readonly outcome: Outcome } => {
  const run = startRun(parityCase, wrapping)
  const restore = parityCase.patch?.(run.recorder)
  try {
    return { run, outcome: native(run.value, run.options) }
  } finally {
    restore?.()
  }
}

/** What every route and output has to give for a case. */
export const oracle = (parityCase: ParityCase, wrapping?: Wrapping): Expected => {
  if (parityCase.expected !== undefined && wrapping === undefined) return byHand(parityCase)
  const { outcome, run } = runNatively(parityCase, wrapping)
  return expect(parityCase, run, outcome, wrapping)
}

// The calls cannot be known where `JSON.stringify` overflows the stack; undefined means that they are not compared.
const byHand = (parityCase: ParityCase): Expected => {
  const { fails, pointer } = parityCase
  if (fails === undefined) return { _tag: "Text", text: parityCase.expected!(), calls: [] }
  return {
    _tag: "Error",
    reason: fails,
    pointer,
    cause: fails === "UserCodeFailed" ? { recorded: true, thrown: undefined } : undefined,
    calls: []
  }
}

/** What the library said. */
export type Answer =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  | { readonly _tag: "Failed"; readonly error: unknown }

const describeText = (text: string, at: number): string =>
  `${stringify(text.slice(Math.max(0, at - 40), at + 40))} (${text.length} units)`

const textOf = (answer: Exclude<Answer, { _tag: "Failed" }>): string =>
  answer._tag === "Text"
    ? answer.text
    : Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.length).toString()

const differenceOfTexts = (expected: string, text: string): string | undefined => {
  if (text === expected) return undefined
  const at = firstDifference(text, expected)
  return `texts differ at ${at}: expected ${describeText(expected, at)}, got ${describeText(text, at)}`
}

// As bytes, since a half of a surrogate pair and the replacement character decode to the same.
const differenceOfBytes = (expected: string, bytes: Uint8Array): string | undefined => {
  const wanted = new TextEncoder().encode(expected)
  if (Buffer.compare(wanted, bytes) === 0) return undefined
  const inText = differenceOfTexts(Buffer.from(wanted).toString(), textOf({ _tag: "Bytes", bytes }))
  return inText ?? "bytes differ from those of TextEncoder"
}

const firstDifference = (a: string, b: string): number => {
  let at = 0
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return at
}

/** Says how an answer differs from what is expected, or undefined when it does not. */
export const difference = (
  expected: Expected,
  answer: Answer,
  recorder: Recorder,
  parityCase: Pick<ParityCase, "vague" | "expected">,
  how: { readonly isSync: boolean } = { isSync: false }
): string | undefined => {
  const wrong = differenceOfOutcome(expected, answer, recorder, parityCase.vague === true, how.isSync)
  if (wrong !== undefined || parityCase.expected !== undefined) return wrong
  return differenceOfCalls(expected.calls, recorder.calls)
}

const reasons: ReadonlyArray<Reason> = ["CyclicValue", "UnsupportedValue", "UserCodeFailed"]

const differenceOfOutcome = (
  expected: Expected,
  answer: Answer,
  recorder: Recorder,
  isVague: boolean,
  isSync: boolean
): string | undefined => {
  if (expected._tag === "Text") {
    if (answer._tag === "Failed") return `expected a text, but it failed: ${describeError(answer.error)}`
    return answer._tag === "Text"
      ? differenceOfTexts(expected.text, answer.text)
      : differenceOfBytes(expected.text, answer.bytes)
  }
  if (answer._tag !== "Failed") return `expected ${expected.reason}, got ${describeText(textOf(answer), 0)}`
  const reason = reasonIn(answer.error)
  if (reason === undefined) return `expected ${expected.reason}, got ${describeError(answer.error)}`
  if (isVague && isSync && reasons.includes(reason._tag as Reason)) return undefined
  if (reason._tag !== expected.reason) {
    return `expected ${expected.reason}, got ${String(reason._tag)}: ${describeError(answer.error)}`
  }
  if (expected.pointer !== undefined) {
    // In one native call nobody can tell where user code threw.
    const isPrefixEnough = isVague || (isSync && expected.reason === "UserCodeFailed")
    const pointer = String(reason["pointer"])
    const fits = isPrefixEnough ? isPrefix(pointer, expected.pointer) : pointer === expected.pointer
    if (!fits) return `expected the pointer ${expected.pointer.slice(0, 80)}, got ${pointer.slice(0, 80)}`
  }
  if (expected.cause === undefined) return undefined
  const cause = reason["cause"]
  if (expected.cause.recorded) {
    return recorder.thrown.length > 0 && Object.is(recorder.thrown.at(-1), cause)
      ? undefined
      : `expected the very value that was thrown as cause, got ${describeError(cause)}`
  }
  // V8's own errors are made anew in each run, and their words depend on the step at which they are thrown.
  const { thrown } = expected.cause
  return types.isNativeError(thrown) && types.isNativeError(cause) && thrown.name === cause.name
    ? undefined
    : `expected the cause ${describeError(thrown)}, got ${describeError(cause)}`
}

const isPrefix = (pointer: string, of: string): boolean => of === pointer || of.startsWith(`${pointer}/`)

const reasonIn = (error: unknown): ({ readonly _tag: unknown } & Record<string, unknown>) | undefined => {
  if (typeof error !== "object" || error === null || !("_tag" in error) || error._tag !== "SerializationError")
    return undefined
  const reason = "reason" in error ? error.reason : undefined
  return typeof reason === "object" && reason !== null && "_tag" in reason ? (reason as any) : undefined
}

const describeError = (error: unknown): string =>
  types.isNativeError(error) ? `${error.name}: ${error.message.slice(0, 200)}\n${error.stack ?? ""}` : String(error)

export const differenceOfCalls = (expected: ReadonlyArray<Call>, actual: ReadonlyArray<Call>): string | undefined => {
  let at = 0
  while (at < expected.length && at < actual.length && isSameCall(expected[at]!, actual[at]!)) at++
  if (at === expected.length && at === actual.length) return undefined
  const [wanted, got] = [expected, actual].map((calls) => (at < calls.length ? showCall(calls[at]!) : "no call"))
  return `call ${at} of user code differs (${expected.length} expected, ${actual.length} made): expected ${wanted}, got ${got}`
}
