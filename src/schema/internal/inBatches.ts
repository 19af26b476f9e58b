/**
 * One parser run over many items, batch by batch. What a batch gives is added up; what is wrong in it is told as if the items had been
 * parsed in one go.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import { charged, isTurnOver, nextTurn } from "./turn.ts"

/** What Effect compiles an AST node to. */
export type Parser = (input: unknown, options: SchemaAST.ParseOptions) => Effect.Effect<unknown, SchemaIssue.Issue, any>

/** The items of one input, and what becomes of them. */
export interface Items {
  readonly size: number
  /** Where the batch that begins at `from` ends. */
  end(from: number): number
  parse(from: number, to: number): ReturnType<Parser>
  /** Takes what a batch gave. */
  add(from: number, output: unknown): void
  /** What is wrong in a batch, told of the whole input. */
  issuesOf(from: number, issue: SchemaIssue.Issue): ReadonlyArray<SchemaIssue.Issue>
  issue(issues: SchemaIssue.Composite["issues"]): SchemaIssue.Issue
  readonly output: unknown
}

/**
 * Parses all items. The first batch is done at once; a result is an `Exit` where no batch had to wait, so that a small input stays
 * synchronous.
 */
export const inBatches = (make: () => Items, options: SchemaAST.ParseOptions): ReturnType<Parser> => {
  const begun = run(make(), options)
  if (Exit.isExit(begun)) return begun
  // The effect may be run more than once: what was begun is the first run's.
  let isFirst = true
  return Effect.suspend(() => {
    if (!isFirst) return run(make(), options)
    isFirst = false
    return begun
  })
}

const run = (items: Items, options: SchemaAST.ParseOptions): ReturnType<Parser> => {
  const gathered: Array<SchemaIssue.Issue> = []
  let at = 0

  const take = (from: number, exit: Exit.Exit<unknown, SchemaIssue.Issue>) => {
    if (Exit.isSuccess(exit)) return void items.add(from, exit.value)
    const issue = options.errors === "all" ? issueOf(exit.cause) : undefined
    if (issue !== undefined) return void gathered.push(...items.issuesOf(from, issue))
    return Exit.failCause(Cause.map(exit.cause, (issue) => items.issue(nonEmpty(items.issuesOf(from, issue)))))
  }

  // The first batch is done in any turn.
  const go = (): ReturnType<Parser> => {
    let isFirst = true
    while (at < items.size) {
      if (!isFirst && isTurnOver()) return Effect.flatMap(nextTurn, go)
      isFirst = false
      const from = at
      at = items.end(from)
      const result = charged(() => items.parse(from, at))
      if (!Exit.isExit(result)) return Effect.flatMap(Effect.exit(result), (exit) => take(from, exit) ?? go())
      const failure = take(from, result as Exit.Exit<unknown, SchemaIssue.Issue>)
      if (failure !== undefined) return failure
    }
    return gathered.length > 0 ? Exit.fail(items.issue(nonEmpty(gathered))) : Exit.succeed(items.output)
  }

  return go()
}

const nonEmpty = (issues: ReadonlyArray<SchemaIssue.Issue>) => issues as SchemaIssue.Composite["issues"]

/** What is wrong with the input, unless something else than the input is (a defect, an interruption). */
export const issueOf = (cause: Cause.Cause<unknown>): SchemaIssue.Issue | undefined => {
  let first: SchemaIssue.Issue | undefined
  for (const reason of cause.reasons) {
    if (!Cause.isFailReason(reason) || !SchemaIssue.isIssue(reason.error)) return undefined
    first ??= reason.error
  }
  return first
}

/** Elements that run at the same time are asked for all at once: batches would hold some of them back. */
export const isConcurrent = ({ concurrency }: SchemaAST.ParseOptions): boolean =>
  concurrency !== undefined && concurrency !== 1
