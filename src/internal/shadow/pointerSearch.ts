/**
 * Finds the place in a value that belongs to a place in its text.
 */
import * as JsonPointer from "effect/JsonPointer"

/** Code units read in one step. */
const stride = 16_384

/** A container that the search is in: the index of an element, or the text of a key. */
interface Level {
  readonly isArray: boolean
  index: number
  key: string | undefined
}

/** Finds the JSON Pointer of what stands at an index of a JSON text, step by step. */
export class PointerSearch {
  private readonly text: string
  private readonly target: number
  private readonly levels: Array<Level> = []
  private position = 0

  constructor(text: string, target: number) {
    this.text = text
    this.target = target
  }

  /** True when there is more to read. */
  step(): boolean {
    const until = Math.min(this.position + stride, this.target)
    while (this.position < until) this.token()
    return this.position < this.target
  }

  get pointer(): string {
    let pointer = ""
    for (const { index, isArray, key } of this.levels) {
      if (isArray) pointer += `/${index}`
      else if (key !== undefined) pointer += `/${JsonPointer.escapeToken(JSON.parse(key) as string)}`
    }
    return pointer
  }

  private token(): void {
    const { levels, position, text } = this
    const level = levels[levels.length - 1]
    const char = text[position]
    if (char === '"') {
      const end = endOfString(text, position)
      const isKey = level !== undefined && !level.isArray && level.key === undefined
      // A key in which the difference is has not been read: it is the container that differs.
      if (isKey && end <= this.target) level.key = text.slice(position, end)
      this.position = end
      return
    }
    if (char === "[" || char === "{") levels.push({ isArray: char === "[", index: 0, key: undefined })
    else if (char === "]" || char === "}") levels.pop()
    else if (char === "," && level !== undefined) {
      level.index++
      level.key = undefined
    }
    this.position++
  }
}

const endOfString = (text: string, start: number): number => {
  let end = start + 1
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1
  return end + 1
}
