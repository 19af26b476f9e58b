/**
 * The arrays and objects that are larger than a piece: they are open while their pieces are parsed and joined to them.
 */
import { setEntry } from "../../internal/value/define.ts"
import { Runs } from "../../internal/value/runs.ts"

type Dictionary = Record<string, unknown>

const { keys: keysOf } = Object

/**
 * An object of which a piece had so many keys is joined without an object for each piece: that would be a class for
 * each.
 */
const wideKeys = 24

export class Container {
  readonly isArray: boolean
  /** Elements that were read. */
  count = 0
  /** The key that was read last. */
  key: string | undefined = undefined
  isWide = false
  private value: Dictionary | undefined = undefined
  private readonly runs = new Runs()

  constructor(isArray: boolean) {
    this.isArray = isArray
  }

  /** The array or object itself. */
  get result(): unknown {
    return this.isArray ? this.runs.whole : this.entries
  }

  /** Adds the elements or entries of a piece, which was parsed as a container of its own. */
  join(piece: Array<unknown> | Dictionary): void {
    if (this.isArray) return this.joinElements(piece as Array<unknown>)
    const keys = keysOf(piece)
    if (keys.length >= wideKeys) this.isWide = true
    if (this.value === undefined) {
      this.value = piece as Dictionary
      return
    }
    const target = this.value
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!
      setEntry(target, key, (piece as Dictionary)[key])
    }
  }

  /** Adds entries given as `[key, value, key, value]`. False if a key is no string. */
  joinEntries(entries: ReadonlyArray<unknown>): boolean {
    const target = this.entries
    for (let i = 0; i < entries.length; i += 2) {
      const key = entries[i]
      if (typeof key !== "string") return false
      setEntry(target, key, entries[i + 1])
    }
    return true
  }

  /** Adds one element, or the value of the key that was read last. */
  add(value: unknown): void {
    if (!this.isArray) return setEntry(this.entries, this.key!, value)
    this.joinElements([value])
  }

  protected joinElements(piece: Array<unknown>): void {
    this.count += piece.length
    this.runs.add(piece)
  }

  private get entries(): Dictionary {
    return (this.value ??= {})
  }
}
