/**
 * The containers that are open while a value is built, the outermost first: what was read is joined to the innermost
 * one.
 *
 * For a reviver their sources are kept beside them: values of the same form, with the text of each primitive as leaves.
 */
import { Container } from "./containers.ts"
import { append } from "../../internal/value/define.ts"
import type { KeyGuard } from "./keyGuard.ts"
import type { Expect, Frame } from "./locate.ts"

type Tokens = ReadonlyArray<string | number>

interface Level {
  readonly container: Container
  readonly sources: Container | undefined
  readonly outer: Level | undefined
  readonly depth: number
}

export class OpenContainers {
  private readonly prefix: Tokens
  private readonly guard: KeyGuard | undefined
  private readonly hasSources: boolean
  private innermost: Level | undefined = undefined

  constructor(prefix: Tokens, guard: KeyGuard | undefined, hasSources: boolean) {
    this.prefix = prefix
    this.guard = guard
    this.hasSources = hasSources
  }

  get isEmpty(): boolean {
    return this.innermost === undefined
  }

  get top(): Container {
    return this.innermost!.container
  }

  /** Levels of the text that are open, those around the value with them. */
  get depth(): number {
    return this.prefix.length + (this.innermost === undefined ? 0 : this.innermost.depth)
  }

  push(container: Container): void {
    const outer = this.innermost
    const sources = this.hasSources ? new Container(container.isArray) : undefined
    this.innermost = { container, sources, outer, depth: outer === undefined ? 1 : outer.depth + 1 }
  }

  /** Closes the innermost one. Its sources, if they are kept. */
  pop(): unknown {
    const { outer, sources } = this.innermost!
    this.innermost = outer
    return sources?.result
  }

  /** Joins a piece, parsed from `text`: elements, entries, or, for a wide object, `[key, value, key, value]`. */
  join(piece: Array<unknown>, sources: Array<unknown> | undefined, text: string): boolean {
    const { guard, top } = this
    if (!top.isWide) {
      guard?.check(piece, text, () => this.tokens(), top.count)
      // Where they could not be had, those of later elements keep their places.
      if (top.isArray || sources !== undefined) this.topSources?.join(sources ?? new Array(piece.length))
      top.join(piece)
      return true
    }
    if (sources !== undefined) {
      const entries = sources.map((source, i) => (i % 2 === 0 ? piece[i] : source))
      if (this.topSources?.joinEntries(entries) === false) return false
    }
    return top.joinEntries(guard === undefined ? piece : guard.checkEntries(piece, text, () => this.tokens()))
  }

  /** The key of the value that comes next, which is read by itself. */
  setKey(key: string): void {
    this.top.key = key
    if (this.topSources !== undefined) this.topSources.key = key
    // The value may be long, and must not be read first.
    if (key === "__proto__") this.guard?.refuse(key, this.tokens())
  }

  /** Adds a value that was read by itself. */
  add(value: unknown, source: unknown): void {
    const { guard, top } = this
    this.topSources?.add(source)
    if (guard === undefined || top.isArray || !guard.isDangerous(top.key!, value)) top.add(value)
    else guard.refuse(top.key!, this.tokens())
  }

  /** The tokens that lead into the innermost one. */
  tokens(): Tokens {
    const tokens: Array<string | number> = []
    for (let level = this.innermost?.outer; level !== undefined; level = level.outer) {
      const { count, isArray, key } = level.container
      append(tokens, isArray ? count : key!)
    }
    return [...this.prefix, ...tokens.reverse()]
  }

  /** Where the next piece stands. */
  frame(expect: Expect): Frame {
    if (this.isEmpty) return { isArray: undefined, expect, count: 0, key: undefined }
    const { count, isArray, key } = this.top
    return { isArray, expect, count, key }
  }

  private get topSources(): Container | undefined {
    return this.innermost?.sources
  }
}
