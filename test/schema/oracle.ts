/**
 * What Effect's own encode and decode give, told so that two results can be compared.
 */
import { assert } from "@effect/vitest"
import { Cause, Effect, Exit, Schema, type SchemaAST, type SchemaIssue } from "effect"
import { charge } from "../../src/internal/turns/turnQueue.ts"

/** The turn is over: whatever asks now waits for the next one. */
export const useUpTurn: Effect.Effect<void> = Effect.sync(() => charge(100))

const describeIssue = (issue: SchemaIssue.Issue): unknown => {
  const ast = "ast" in issue ? [issue.ast._tag] : []
  // With `reportInput`: of an array that was done in batches, all of it.
  const input = "input" in issue ? [{ input: issue.input }] : []
  const node = [issue._tag, ...ast, ...input]
  switch (issue._tag) {
    case "Composite":
    case "AnyOf":
      return [...node, issue.issues.map(describeIssue)]
    case "Pointer":
      return [...node, issue.path, describeIssue(issue.issue)]
    case "Filter":
    case "Encoding":
      return [...node, describeIssue(issue.issue)]
    default:
      return node
  }
}

/** A result, as data. */
export const describeExit = (exit: Exit.Exit<unknown, unknown>): unknown => {
  if (Exit.isSuccess(exit)) return { value: exit.value }
  return exit.cause.reasons.map((reason) => {
    if (!Cause.isFailReason(reason)) return [reason._tag, Cause.isDieReason(reason) ? String(reason.defect) : ""]
    const { error } = reason
    if (!(error instanceof Schema.SchemaError)) return [reason._tag, String(error)]
    return [reason._tag, error.message, describeIssue(error.issue)]
  })
}

/** The text by way of Effect's own encode, or its error. */
export const textOf = (
  schema: Schema.Top,
  value: unknown
): Effect.Effect<Exit.Exit<string | undefined, unknown>, never, any> =>
  Effect.exit(
    Effect.map(Schema.encodeUnknownEffect(Schema.toCodecJson(schema))(value), (encoded) => JSON.stringify(encoded))
  )

export const assertSameExit = (
  actual: Exit.Exit<unknown, unknown>,
  expected: Exit.Exit<unknown, unknown>,
  name: string
): void => assert.deepStrictEqual(describeExit(actual), describeExit(expected), name)

export const options: ReadonlyArray<SchemaAST.ParseOptions> = [
  {},
  { errors: "all" },
  { onExcessProperty: "error" },
  { errors: "all", onExcessProperty: "error" },
  { reportInput: true }
]
