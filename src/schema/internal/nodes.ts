/**
 * The parts of Effect's AST nodes that its types do not show: how a node is compiled, and how it is made anew over other children.
 *
 * Nodes that parse in turns are subclasses of Effect's own, so that whatever looks at a schema (the candidates of a union, issues,
 * JSON Schema, derived codecs) sees the node that it knows. Should Effect call these methods by other names one day, the subclasses
 * are never asked, and parse in one go as the nodes they extend; the tests then say so.
 */
import * as SchemaAST from "effect/SchemaAST"
import type { Parser } from "./inBatches.ts"

export type Compiler = (ast: SchemaAST.AST) => Parser

export interface NodeMethods<Node> {
  getParser(this: Node, compile: Compiler, compileField?: Compiler): Parser
  recur(this: Node, f: (ast: SchemaAST.AST) => SchemaAST.AST, g?: (ast: SchemaAST.AST) => SchemaAST.AST): Node
  flip(this: Node, f: (ast: SchemaAST.AST) => SchemaAST.AST): Node
}

const methodsOf = <Node>(node: new (...args: Array<never>) => Node): NodeMethods<Node> =>
  (node as unknown as { readonly prototype: NodeMethods<Node> }).prototype

export const arraysMethods = methodsOf<SchemaAST.Arrays>(SchemaAST.Arrays)

export const objectsMethods = methodsOf<SchemaAST.Objects>(SchemaAST.Objects)
