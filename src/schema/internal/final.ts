/**
 * Which arrays of a codec may be put off: those whose encoded form nothing transforms or checks any more.
 *
 * The AST here is a codec's flipped one: it parses a value of the type to its encoded form. A node's own form is what comes out last,
 * after its links, so the way down goes through own forms only. What is on the way in is parsed in turns.
 */
import * as SchemaAST from "effect/SchemaAST"
import { DeferrableArrays } from "./deferred.ts"
import { inTurnsAST, memoized, node } from "./rewrite.ts"

type AST = SchemaAST.AST

/** The AST of an encoder that may put arrays off. */
export const finalAST: (ast: AST) => AST = memoized((ast) => {
  // A check looks at all that is below it.
  if (ast.checks !== undefined) return inTurnsAST(ast)
  switch (ast._tag) {
    case "Arrays": {
      const rewritten = node(ast, finalAST, inTurnsAST) as SchemaAST.Arrays
      const { annotations, checks, context, elements, encoding, encodingChecks, isMutable, rest } = rewritten
      if (elements.length > 0 || rest.length !== 1 || SchemaAST.isOptional(rest[0]!)) return rewritten
      return new DeferrableArrays(isMutable, elements, rest, annotations, checks, encoding, context, encodingChecks)
    }
    case "Objects":
    case "Suspend":
      return node(ast, finalAST, inTurnsAST)
    case "Union":
      return node(ast, isUnambiguous(ast.types) ? finalAST : inTurnsAST, inTurnsAST)
    default:
      return inTurnsAST(ast)
  }
})

// A deferrable array takes any array, since its elements are looked at later. So no other member may take what holds one.
const isUnambiguous = (types: ReadonlyArray<AST>): boolean => {
  const containers = types.filter((type) => !isPrimitive(type) || !isPrimitive(inputOf(type)))
  return containers.length <= 1 || areToldApart(containers.map(inputOf))
}

/** What a node is given. */
const inputOf = (ast: AST): AST => {
  const links = ast.encoding
  return links === undefined ? ast : inputOf(links[links.length - 1]!.to)
}

const isPrimitive = (ast: AST): boolean => {
  switch (ast._tag) {
    case "Null":
    case "Undefined":
    case "Void":
    case "Never":
    case "String":
    case "Number":
    case "Boolean":
    case "BigInt":
    case "Symbol":
    case "UniqueSymbol":
    case "Literal":
    case "Enum":
    case "TemplateLiteral":
      return true
    case "Union":
      return ast.types.every((type) => isPrimitive(type) && isPrimitive(inputOf(type)))
    default:
      return false
  }
}

// All have a literal under the same key, and no two the same.
const areToldApart = (types: ReadonlyArray<AST>): boolean => {
  const first = types[0]!
  if (!SchemaAST.isObjects(first)) return false
  return first.propertySignatures.some(({ name }) => {
    const literals = new Set(types.map((type) => literalAt(type, name)))
    return literals.size === types.length && !literals.has(undefined)
  })
}

const literalAt = (ast: AST, name: PropertyKey): SchemaAST.LiteralValue | undefined => {
  if (!SchemaAST.isObjects(ast)) return undefined
  const type = ast.propertySignatures.find((property) => property.name === name)?.type
  return type !== undefined && SchemaAST.isLiteral(type) && !SchemaAST.isOptional(type) ? type.literal : undefined
}
