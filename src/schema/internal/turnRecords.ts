/**
 * A record of text keys, parsed in batches of them.
 */
import type * as SchemaAST from "effect/SchemaAST"
import { Objects, string } from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import { inBatches, isConcurrent, type Items, type Parser } from "./inBatches.ts"
import { type Compiler, objectsMethods } from "./nodes.ts"
import { batchSizeOf } from "./turn.ts"

type Input = Readonly<Record<string, unknown>>

/** Other records are parsed in one go: their keys overlap, or are not the ones that were read. */
export const isPlainRecord = ({ indexSignatures, propertySignatures }: SchemaAST.Objects): boolean =>
  propertySignatures.length === 0 && indexSignatures.length === 1 && indexSignatures[0]!.parameter === string

export class TurnRecords extends Objects {
  getParser(compile: Compiler, compileField?: Compiler): Parser {
    const whole = objectsMethods.getParser.call(this, compile, compileField)
    const batchSize = isPlainRecord(this) ? batchSizeOf(this.indexSignatures[0]!.type) : 0
    let batch: Parser | undefined
    return (input, options) => {
      if (batchSize === 0 || !isObject(input) || options.onExcessProperty === "error" || isConcurrent(options)) {
        return whole(input, options)
      }
      const keys = Object.keys(input)
      if (keys.length <= batchSize) return whole(input, options)
      const parse = (batch ??= objectsMethods.getParser.call(
        new Objects([], this.indexSignatures),
        compile,
        compileField
      ))
      return inBatches(() => new Entries(this, parse, input, keys, batchSize, options), options)
    }
  }

  recur(
    f: (ast: SchemaAST.AST) => SchemaAST.AST,
    ofParameter: (ast: SchemaAST.AST) => SchemaAST.AST = f
  ): SchemaAST.Objects {
    return like(objectsMethods.recur.call(this, f, ofParameter))
  }

  flip(f: (ast: SchemaAST.AST) => SchemaAST.AST): SchemaAST.Objects {
    return like(objectsMethods.flip.call(this, f))
  }
}

const like = (node: SchemaAST.Objects): SchemaAST.Objects =>
  node instanceof TurnRecords
    ? node
    : new TurnRecords(
        node.propertySignatures,
        node.indexSignatures,
        node.annotations,
        node.checks,
        node.encoding,
        node.context,
        node.encodingChecks
      )

const isObject = (u: unknown): u is Input => typeof u === "object" && u !== null && !Array.isArray(u)

// `__proto__` is a key like any other.
const assign = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key !== "__proto__") target[key] = value
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

class Entries implements Items {
  readonly size: number
  readonly output: Record<string, unknown> = {}
  private readonly ast: SchemaAST.Objects
  private readonly parser: Parser
  private readonly input: Input
  private readonly keys: ReadonlyArray<string>
  private readonly batchSize: number
  private readonly options: SchemaAST.ParseOptions

  constructor(
    ast: SchemaAST.Objects,
    parser: Parser,
    input: Input,
    keys: ReadonlyArray<string>,
    batchSize: number,
    options: SchemaAST.ParseOptions
  ) {
    this.ast = ast
    this.parser = parser
    this.input = input
    this.keys = keys
    this.batchSize = batchSize
    this.options = options
    this.size = keys.length
  }

  end(from: number): number {
    return Math.min(from + this.batchSize, this.size)
  }

  parse(from: number, to: number): ReturnType<Parser> {
    const part: Record<string, unknown> = {}
    for (let i = from; i < to; i++) assign(part, this.keys[i]!, this.input[this.keys[i]!])
    return this.parser(part, this.options)
  }

  add(_from: number, output: unknown): void {
    const part = output as Input
    for (const key of Object.keys(part)) assign(this.output, key, part[key])
  }

  issuesOf(_from: number, issue: SchemaIssue.Issue): ReadonlyArray<SchemaIssue.Issue> {
    return (issue as SchemaIssue.Composite).issues
  }

  issue(issues: SchemaIssue.Composite["issues"]): SchemaIssue.Issue {
    return new SchemaIssue.Composite(this.ast, issues, this.input, this.options)
  }
}
