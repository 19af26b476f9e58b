/**
 * Finds the TypeScript blocks in Markdown and in the doc comments of TypeScript files, and turns the results noted in
 * them (`expression // => value`) into assertions.
 */
import ts from "typescript-6"

export interface CodeBlock {
  /** The file that it stands in, and the number of its first line there. */
  readonly file: string
  readonly line: number
  readonly code: string
  /** False for a block marked `no-run`: it is type-checked only. */
  readonly runs: boolean
}

const marks = new Set(["no-run", "import.meta.vitest"])

/** The blocks of a Markdown text that begins at `firstLine` of `file`. */
export const fromMarkdown = (file: string, text: string, firstLine = 1): Array<CodeBlock> => {
  const blocks: Array<CodeBlock> = []
  const lines = text.split("\n")
  for (let i = 0; i < lines.length; i++) {
    const opening = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(lines[i]!)
    if (opening === null) continue
    const [, indent, fence, info] = opening as unknown as [string, string, string, string]
    const begin = i + 1
    do i++
    while (i < lines.length && !(lines[i]!.trim().startsWith(fence) && /^(`+|~+)$/.test(lines[i]!.trim())))
    const [language, ...words] = info.split(/\s+/)
    if (language !== "ts" && language !== "typescript") continue
    const unknown = words.filter((word) => !marks.has(word))
    if (unknown.length > 0) throw new Error(`${file}:${firstLine + begin - 1}: unknown mark "${unknown.join(" ")}"`)
    const code = lines
      .slice(begin, i)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()))
    blocks.push({ file, line: firstLine + begin, code: code.join("\n"), runs: !words.includes("no-run") })
  }
  return blocks
}

/** The blocks in the doc comments of a TypeScript file. */
export const fromSource = (file: string, text: string): Array<CodeBlock> =>
  Array.from(text.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)).flatMap((comment) => {
    const firstLine = text.slice(0, comment.index).split("\n").length
    const markdown = comment[0].replace(/^[ \t]*\/?\*+(\/$)? ?/gm, "")
    return fromMarkdown(file, markdown, firstLine)
  })

/**
 * The module to run for a block: its code at the same line numbers, with a call of `check(actual, expected)` for every
 * noted result. `checkModule` is where that function comes from.
 */
export const toModule = (block: CodeBlock, checkModule: string): string => {
  const source = ts.createSourceFile("block.ts", block.code, ts.ScriptTarget.Latest, true)
  const edits: Array<{ readonly start: number; readonly end: number; readonly text: string }> = []
  const lineOf = (position: number): number => block.line + source.getLineAndCharacterOfPosition(position).line

  const replace = (statement: ts.Statement, expected: string): void => {
    const start = statement.getStart(source)
    const call = (actual: string): string =>
      `__check(${actual}, (${expected}), ${JSON.stringify(`${block.file}:${lineOf(statement.end)}`)});`
    if (ts.isExpressionStatement(statement)) {
      edits.push({ start, end: statement.end, text: call(actualOf(statement.expression, source)) })
    } else if (ts.isVariableStatement(statement) && statement.declarationList.declarations.length === 1) {
      const name = statement.declarationList.declarations[0]!.name.getText(source)
      edits.push({ start: statement.end, end: statement.end, text: `; ${call(name)}` })
    } else {
      throw new Error(`${block.file}:${lineOf(start)}: a result can be noted behind an expression or a const only`)
    }
  }

  let noted = 0
  const visit = (node: ts.Node): void => {
    if (ts.isStatement(node)) {
      for (const comment of ts.getTrailingCommentRanges(block.code, node.end) ?? []) {
        const expected = /^\/\/ => (.+)$/.exec(block.code.slice(comment.pos, comment.end))
        // A comment behind the last statement of a nested block is also found behind what holds the block.
        if (expected === null || edits.some((edit) => edit.end === node.end)) continue
        noted++
        replace(node, expected[1]!.replace(/;$/, ""))
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  const written = block.code.match(/\/\/ => /g)?.length ?? 0
  if (written !== noted) {
    throw new Error(`${block.file}:${block.line}: ${written - noted} noted result(s) stand behind no statement`)
  }

  let code = block.code
  for (const { start, end, text } of edits.toSorted((a, b) => b.start - a.start)) {
    code = code.slice(0, start) + text + code.slice(end)
  }
  // The block's first line is never the file's first (a fence stands before it), so there is room for the import.
  return `import { check as __check } from ${JSON.stringify(checkModule)}; void __check;${"\n".repeat(block.line - 1)}${code}\n`
}

/** `console.log(x) // => value` notes the value of `x`. */
const actualOf = (expression: ts.Expression, source: ts.SourceFile): string => {
  if (!ts.isCallExpression(expression) || expression.expression.getText(source) !== "console.log") {
    return expression.getText(source)
  }
  const values = expression.arguments.map((argument) => argument.getText(source))
  return values.length === 1 ? values[0]! : `[${values.join(", ")}]`
}
