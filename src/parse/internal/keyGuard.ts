/**
 * Keys that pollute a prototype when a value is copied carelessly: `__proto__`, and `constructor` whose value is an
 * object with an own `prototype`.
 *
 * A text is searched for them first, with their escaped forms; only on a hit its value is walked.
 */
import { append } from "../../internal/value/define.ts"
import { forbiddenKey } from "./parseErrors.ts"
import { pointerOf } from "./pointer.ts"

type Tokens = ReadonlyArray<string | number>

const { hasOwn, keys: keysOf } = Object

/** True if the text may hold such a key: `\u005f` is an underscore. */
const isSuspect = (text: string): boolean =>
  text.includes("__proto__") || text.includes("constructor") || text.includes("\\u00")

const isObject = (u: unknown): u is object => typeof u === "object" && u !== null

/** A container of the walk, and how far it has been walked. */
interface Step {
  readonly node: object
  readonly keys: ReadonlyArray<string>
  index: number
}

export class KeyGuard {
  private readonly isRemoving: boolean

  constructor(policy: "error" | "remove") {
    this.isRemoving = policy === "remove"
  }

  /** True if an entry is dangerous. */
  isDangerous(key: string, value: unknown): boolean {
    return key === "__proto__" || (key === "constructor" && isObject(value) && hasOwn(value, "prototype"))
  }

  /** Refuses an entry, unless such are removed. */
  refuse(key: string, tokens: Tokens): void {
    if (!this.isRemoving) throw forbiddenKey(key, pointerOf(tokens))
  }

  /**
   * Looks through a value that was parsed from `text`. `tokens` lead to it; it is a piece of an array of which `offset`
   * elements were read before.
   */
  check(value: unknown, text: string, tokens: () => Tokens, offset = 0): void {
    if (isSuspect(text)) this.walk(value, tokens, offset)
  }

  /** The same for a whole text. */
  checkRoot(value: unknown, text: string): unknown {
    this.check(value, text, () => [])
    return value
  }

  /** The same for entries as `[key, value, key, value]`. What is left of them. */
  checkEntries(entries: Array<unknown>, text: string, tokens: () => Tokens): Array<unknown> {
    if (!isSuspect(text)) return entries
    const left: Array<unknown> = []
    for (let i = 0; i < entries.length; i += 2) {
      const key = entries[i] as string
      const value = entries[i + 1]
      if (this.isDangerous(key, value)) this.refuse(key, tokens())
      else {
        this.walk(value, () => [...tokens(), key], 0)
        append(left, key)
        append(left, value)
      }
    }
    return left
  }

  private walk(value: unknown, tokens: () => Tokens, offset: number): void {
    if (!isObject(value)) return
    const stack: Array<Step> = []
    const enter = (node: object): void => {
      const keys = this.clean(node, () => [...tokens(), ...pathOf(stack, offset)])
      append(stack, { node, keys, index: 0 })
    }
    enter(value)
    while (stack.length > 0) {
      const step = stack[stack.length - 1]!
      if (step.index === step.keys.length) {
        stack.pop()
        continue
      }
      const child = (step.node as Record<string, unknown>)[step.keys[step.index++]!]
      if (isObject(child)) enter(child)
    }
  }

  /** Refuses or removes what is dangerous in one container. The keys that are left. */
  private clean(node: object, tokens: () => Tokens): ReadonlyArray<string> {
    const keys = keysOf(node)
    if (Array.isArray(node)) return keys
    const record = node as Record<string, unknown>
    const isSafe = !hasOwn(record, "__proto__") && !this.isDangerous("constructor", ownOf(record, "constructor"))
    if (isSafe) return keys
    for (const key of keys) {
      if (!this.isDangerous(key, record[key])) continue
      this.refuse(key, tokens())
      delete record[key]
    }
    return keysOf(node)
  }
}

const ownOf = (record: Record<string, unknown>, key: string): unknown => (hasOwn(record, key) ? record[key] : undefined)

/** The keys under which the containers of a walk were entered. */
const pathOf = (stack: ReadonlyArray<Step>, offset: number): Tokens =>
  stack.map(({ index, keys, node }, level) => {
    const key = keys[index - 1]!
    return level === 0 && Array.isArray(node) ? Number(key) + offset : key
  })
