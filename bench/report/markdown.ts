/** Markdown: tables, and blocks of a file that are written by a script. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"

export const none = "–"

/** First column to the left, the others to the right, unless the heading ends with a space. */
export const markdownTable = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const line = (cells: ReadonlyArray<string>) => `| ${cells.map((cell) => cell.trim()).join(" | ")} |`
  return [
    line(head),
    line(head.map((title, i) => (i === 0 || title.endsWith(" ") ? "---" : "---:"))),
    ...rows.map(line)
  ].join("\n")
}

/** One cell for several versions of Node. */
export const sideBySide = (cells: ReadonlyArray<string>): string =>
  cells.every((cell) => cell === none) ? none : cells.join(" / ")

/** Puts a text between `<!-- name -->` and `<!-- /name -->`. Tells whether the file has that place. */
export const writeBlock = (file: URL, name: string, text: string): boolean => {
  if (!existsSync(file)) return false
  const before = readFileSync(file, "utf8")
  const start = before.indexOf(`<!-- ${name} -->`)
  const end = before.indexOf(`<!-- /${name} -->`)
  if (start < 0 || end < start) return false
  writeFileSync(file, `${before.slice(0, start)}<!-- ${name} -->\n\n${text.trim()}\n\n${before.slice(end)}`)
  return true
}
