/**
 * A schema's AST with other nodes in the place of its arrays and records, from Effect's exported constructors.
 */
import * as SchemaAST from "effect/SchemaAST"
import { argumentsOf, TurnArrays } from "./turnArrays.ts"
import { isPlainRecord, TurnRecords } from "./turnRecords.ts"

type AST = SchemaAST.AST
type Rewrite = (ast: AST) => AST

/** Rewrites each node once. What was rewritten is left as it is. */
export const memoized = (rewrite: Rewrite): Rewrite => {
  const made = new WeakMap<AST, AST>()
  return (ast) => {
    const known = made.get(ast)
    if (known !== undefined) return known
    const rewritten = rewrite(ast)
    made.set(ast, rewritten)
    made.set(rewritten, rewritten)
    return rewritten
  }
}

/** Arrays with a rest, and records, parse in turns. */
export const inTurnsAST: Rewrite = memoized((ast) => node(ast, inTurnsAST, inTurnsAST))

/**
 * The node over other children: `child` rewrites what belongs to its own form, `link` what it is transformed from.
 */
export const node = (ast: AST, child: Rewrite, link: Rewrite): AST => {
  const encoding = linksOf(ast.encoding, link)
  switch (ast._tag) {
    case "Arrays": {
      const [isMutable, elements, rest, annotations, checks, , context, encodingChecks] = argumentsOf(ast)
      const newElements = same(elements, child)
      const newRest = same(rest, child)
      const isUnchanged = newElements === elements && newRest === rest && encoding === ast.encoding
      if (isUnchanged && (rest.length === 0 || ast instanceof TurnArrays)) return ast
      const Node = rest.length === 0 ? SchemaAST.Arrays : TurnArrays
      return new Node(isMutable, newElements, newRest, annotations, checks, encoding, context, encodingChecks)
    }
    case "Objects": {
      const { annotations, checks, context, encodingChecks, indexSignatures, propertySignatures } = ast
      const properties = same(propertySignatures, (property) => {
        const type = child(property.type)
        return type === property.type ? property : new SchemaAST.PropertySignature(property.name, type)
      })
      const indexes = same(indexSignatures, (signature) => {
        const type = child(signature.type)
        return type === signature.type ? signature : new SchemaAST.IndexSignature(signature.parameter, type)
      })
      const isUnchanged = properties === propertySignatures && indexes === indexSignatures && encoding === ast.encoding
      const isRecord = isPlainRecord(ast)
      if (isUnchanged && (!isRecord || ast instanceof TurnRecords)) return ast
      const Node = isRecord ? TurnRecords : SchemaAST.Objects
      return new Node(properties, indexes, annotations, checks, encoding, context, encodingChecks)
    }
    case "Union": {
      const { annotations, checks, context, encodingChecks, options } = ast
      const types = same(ast.types, child)
      if (types === ast.types && encoding === ast.encoding) return ast
      return new SchemaAST.Union(types, options, annotations, checks, encoding, context, encodingChecks)
    }
    case "Suspend":
      return new SchemaAST.Suspend(() => child(ast.thunk()), ast.annotations, undefined, encoding, ast.context)
    case "Declaration": {
      const { annotations, checks, context, encodingChecks, encodingRun, run } = ast
      const parameters = isEffects(ast) ? same(ast.typeParameters, inTurnsAST) : ast.typeParameters
      if (parameters === ast.typeParameters && encoding === ast.encoding) return ast
      return new SchemaAST.Declaration(
        parameters,
        run,
        annotations,
        checks,
        encoding,
        context,
        encodingChecks,
        encodingRun
      )
    }
    default:
      return encoding === ast.encoding ? ast : withEncoding(ast, encoding)
  }
}

// A leaf has no constructor that is the same for all of them. Its own fields are all that it is.
const withEncoding = <A extends AST>(ast: A, encoding: SchemaAST.Encoding | undefined): A =>
  Object.assign(Object.create(Object.getPrototypeOf(ast)) as A, ast, { encoding })

const linksOf = (encoding: SchemaAST.Encoding | undefined, rewrite: Rewrite): SchemaAST.Encoding | undefined =>
  encoding === undefined
    ? undefined
    : (same(encoding, (link) => {
        const to = rewrite(link.to)
        return to === link.to ? link : new SchemaAST.Link(to, link.transformation)
      }) as SchemaAST.Encoding)

/** The very array where nothing in it changes. */
const same = <A>(items: ReadonlyArray<A>, f: (item: A) => A): ReadonlyArray<A> => {
  const mapped = items.map(f)
  return mapped.every((item, i) => item === items[i]) ? items : mapped
}

// Effect's own (`Option`, `Exit`, ...) run their parameters as effects. A program's may expect them to be done at once.
const isEffects = (ast: SchemaAST.Declaration): boolean => {
  const id = (ast.annotations?.["representation"] as { readonly id?: unknown } | undefined)?.id
  return typeof id === "string" && id.startsWith("effect/")
}
