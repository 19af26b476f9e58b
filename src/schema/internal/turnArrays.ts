/**
 * An array, or a tuple with a rest, whose elements are parsed in batches.
 */
import type * as SchemaAST from "effect/SchemaAST"
import { Arrays } from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import { inBatches, isConcurrent, type Items, type Parser } from "./inBatches.ts"
import { Runs } from "../../internal/value/runs.ts"
import { arraysMethods, type Compiler } from "./nodes.ts"
import { batchSizeOf } from "./turn.ts"

type Input = ReadonlyArray<unknown>

export class TurnArrays extends Arrays {
  getParser(compile: Compiler, compileField?: Compiler): Parser {
    const whole = arraysMethods.getParser.call(this, compile, compileField)
    const parserOf = (elements: ReadonlyArray<SchemaAST.AST>, rest: ReadonlyArray<SchemaAST.AST>): Parser =>
      arraysMethods.getParser.call(new Arrays(this.isMutable, elements, rest), compile, compileField)
    const tail = this.rest.slice(1)
    const fixed = this.elements.length + tail.length
    const batchSize = batchSizeOf(this.rest[0]!)
    let parts: Parts | undefined
    return (input, options) => {
      if (!Array.isArray(input) || input.length - fixed <= batchSize || isConcurrent(options)) {
        return whole(input, options)
      }
      parts ??= {
        head: parserOf(this.elements, []),
        headLength: this.elements.length,
        batch: parserOf([], this.rest.slice(0, 1)),
        tail: parserOf(tail, []),
        tailLength: tail.length,
        batchSize
      }
      return inBatches(() => new Elements(this, parts!, input, options), options)
    }
  }

  recur(f: (ast: SchemaAST.AST) => SchemaAST.AST): SchemaAST.Arrays {
    return this.like(arraysMethods.recur.call(this, f))
  }

  flip(f: (ast: SchemaAST.AST) => SchemaAST.AST): SchemaAST.Arrays {
    return this.like(arraysMethods.flip.call(this, f))
  }

  /** The same node, parsed as this one is. */
  protected like(node: SchemaAST.Arrays): SchemaAST.Arrays {
    return node instanceof TurnArrays ? node : new TurnArrays(...argumentsOf(node))
  }
}

/** What a node of the same kind is made of. */
export const argumentsOf = (node: SchemaAST.Arrays): ConstructorParameters<typeof Arrays> => [
  node.isMutable,
  node.elements,
  node.rest,
  node.annotations,
  node.checks,
  node.encoding,
  node.context,
  node.encodingChecks
]

interface Parts {
  readonly head: Parser
  readonly headLength: number
  readonly batch: Parser
  readonly tail: Parser
  readonly tailLength: number
  readonly batchSize: number
}

class Elements implements Items {
  readonly size: number
  private readonly runs = new Runs()
  /** Where the next run begins. */
  private at = 0
  private readonly ast: SchemaAST.Arrays
  private readonly parts: Parts
  private readonly input: Input
  private readonly options: SchemaAST.ParseOptions

  constructor(ast: SchemaAST.Arrays, parts: Parts, input: Input, options: SchemaAST.ParseOptions) {
    this.ast = ast
    this.parts = parts
    this.input = input
    this.options = options
    this.size = input.length
  }

  end(from: number): number {
    const { batchSize, headLength, tailLength } = this.parts
    const tail = this.size - tailLength
    if (from < headLength) return headLength
    return from < tail ? Math.min(from + batchSize, tail) : this.size
  }

  parse(from: number, to: number): ReturnType<Parser> {
    const { batch, head, headLength, tail, tailLength } = this.parts
    const parser = from < headLength ? head : from < this.size - tailLength ? batch : tail
    return parser(this.input.slice(from, to), this.options)
  }

  // An element that gives nothing leaves a hole, here as there. At the end of a batch its array is shorter for that.
  add(from: number, output: unknown): void {
    if (this.at < from) this.runs.add(new Array(from - this.at))
    const elements = output as Array<unknown>
    this.runs.add(elements)
    this.at = from + elements.length
  }

  get output(): Array<unknown> {
    return this.runs.whole
  }

  issuesOf(from: number, issue: SchemaIssue.Issue): ReadonlyArray<SchemaIssue.Issue> {
    return (issue as SchemaIssue.Composite).issues.map((at) => {
      const { issue, path } = at as SchemaIssue.Pointer
      return new SchemaIssue.Pointer([(path[0] as number) + from, ...path.slice(1)], issue)
    })
  }

  issue(issues: SchemaIssue.Composite["issues"]): SchemaIssue.Issue {
    return new SchemaIssue.Composite(this.ast, issues, this.input, this.options)
  }
}
