/**
 * Arrays whose elements are encoded later, while the text is written. In the encoded value a token stands for each of them.
 */
import * as Exit from "effect/Exit"
import type * as SchemaAST from "effect/SchemaAST"
import { Arrays } from "effect/SchemaAST"
import { randomBytes } from "node:crypto"
import type { Parser } from "./inBatches.ts"
import { arraysMethods, type Compiler } from "./nodes.ts"
import { batchSizeOf } from "./turn.ts"
import { argumentsOf, TurnArrays } from "./turnArrays.ts"

/** An array that is still to be encoded. */
export interface Deferred {
  readonly input: ReadonlyArray<unknown>
  /** Encodes a run of its elements. */
  readonly parse: Parser
  /** How many elements are worth a batch. */
  readonly batchSize: number
  /** Numbers or booleans: their text is short, and they have no `toJSON`. */
  readonly isPlain: boolean
}

/** What a token looks like in JSON: a string of NUL and 32 hex digits. */
const opening = '"\\u0000'
const digits = 32
const tokenLength = opening.length + digits + 1

/** The arrays that one call has put off. A text that looks like a token but is none of them is the user's. */
export class Deferrals {
  private readonly arrays = new Map<string, Deferred>()
  /** Nobody can guess it. The last eight digits of a token count. */
  private prefix: string | undefined = undefined
  private count = 0

  /** Puts an array off; gives its token. */
  add(deferred: Deferred): string {
    this.prefix ??= randomBytes(digits / 2 - 4).toString("hex")
    const token = this.prefix + (this.count++).toString(16).padStart(8, "0")
    this.arrays.set(token, deferred)
    return `\u0000${token}`
  }

  get isEmpty(): boolean {
    return this.arrays.size === 0
  }

  /** The array that a whole encoded value stands for. */
  ofValue(value: unknown): Deferred | undefined {
    return typeof value === "string" && value.charCodeAt(0) === 0 ? this.take(value.slice(1)) : undefined
  }

  /** Parts JSON text at its tokens. */
  split(text: string): ReadonlyArray<string | Deferred> {
    const parts: Array<string | Deferred> = []
    let from = 0
    let at = text.indexOf(opening)
    while (at >= 0 && !this.isEmpty) {
      const deferred = this.take(text.slice(at + opening.length, at + opening.length + digits))
      if (deferred !== undefined) {
        if (at > from) parts.push(text.slice(from, at))
        parts.push(deferred)
        from = at + tokenLength
      }
      at = text.indexOf(opening, deferred === undefined ? at + 1 : from)
    }
    if (from < text.length) parts.push(text.slice(from))
    return parts
  }

  /** Parts UTF-8 at its tokens. With `isLast: false` the end, where a token may have begun, is given back as `rest`. */
  splitBytes(
    bytes: Buffer,
    isLast: boolean
  ): { readonly parts: ReadonlyArray<Buffer | Deferred>; readonly rest: Buffer } {
    const parts: Array<Buffer | Deferred> = []
    let from = 0
    let at = bytes.indexOf(opening)
    while (at >= 0 && at + tokenLength <= bytes.length && !this.isEmpty) {
      const deferred = this.take(bytes.toString("latin1", at + opening.length, at + opening.length + digits))
      if (deferred !== undefined) {
        if (at > from) parts.push(bytes.subarray(from, at))
        parts.push(deferred)
        from = at + tokenLength
      }
      at = bytes.indexOf(opening, deferred === undefined ? at + 1 : from)
    }
    const to = isLast || this.isEmpty ? bytes.length : Math.max(from, bytes.length - tokenLength + 1)
    if (from < to) parts.push(bytes.subarray(from, to))
    return { parts, rest: bytes.subarray(to) }
  }

  private take(token: string): Deferred | undefined {
    const deferred = this.arrays.get(token)
    if (deferred !== undefined) this.arrays.delete(token)
    return deferred
  }
}

const key = Symbol("effect-serialization/schema/deferrals")

type Options = SchemaAST.ParseOptions & { readonly [key]?: Deferrals }

/** Options under which arrays may be put off. Effect hands options to the parsers of children as they are. */
export const deferring = (options: SchemaAST.ParseOptions | undefined, deferrals: Deferrals): SchemaAST.ParseOptions =>
  ({ ...options, [key]: deferrals }) as Options

/** An array that is put off where the call allows it and it is worth it, and else parsed in turns. */
export class DeferrableArrays extends TurnArrays {
  override getParser(compile: Compiler, compileField?: Compiler): Parser {
    const inTurns = super.getParser(compile, compileField)
    const parse = arraysMethods.getParser.call(new Arrays(this.isMutable, [], this.rest), compile, compileField)
    const [element] = this.rest
    const batchSize = batchSizeOf(element!)
    const isPlain = element!.encoding === undefined && (element!._tag === "Number" || element!._tag === "Boolean")
    return (input, options: Options) => {
      const deferrals = options[key]
      if (deferrals === undefined || !Array.isArray(input) || input.length <= batchSize) return inTurns(input, options)
      return Exit.succeed(deferrals.add({ input, parse, batchSize, isPlain }))
    }
  }

  protected override like(node: SchemaAST.Arrays): SchemaAST.Arrays {
    return node instanceof TurnArrays ? node : new DeferrableArrays(...argumentsOf(node))
  }
}
