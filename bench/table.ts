/**
 * A table of plain text: first column to the left, the others to the right, unless the heading ends with a space.
 * A row of one cell is a heading between rows and may be longer than its column.
 */
import { stripVTControlCharacters } from "node:util"

const width = (text: string): number => stripVTControlCharacters(text).length

export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = head.map((title, i) =>
    Math.max(width(title), ...rows.map((row) => (row.length > 1 ? width(row[i] ?? "") : 0)))
  )
  const line = (cells: ReadonlyArray<string>) =>
    cells.length === 1
      ? `\n${cells[0]}`
      : cells
          .map((cell, i) => {
            const space = " ".repeat(widths[i]! - width(cell))
            return i === 0 || head[i]!.endsWith(" ") ? cell + space : space + cell
          })
          .join("  ")
          .trimEnd()
  return [line(head), widths.map((size) => "─".repeat(size)).join("  "), ...rows.map(line)].join("\n")
}
