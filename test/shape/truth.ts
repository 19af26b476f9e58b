/**
 * Holds a shaped text against the value that it shows, place by place, with nothing but the value, the text and the list of what was
 * left out. For plain JSON without `keep` and `drop`.
 */
import * as JsonPointer from "effect/JsonPointer"
import type { Omitted, Shape } from "../../src/Shape.ts"
import type { Json } from "../support/truncateReference.ts"

/** Gives what is wrong, or undefined. */
export const untruth = (
  value: Json,
  text: string,
  omitted: ReadonlyArray<Omitted>,
  { markers = true, maxDepth = Infinity, maxItems = Infinity, maxKeys = Infinity, maxString = Infinity }: Shape
): string | undefined => {
  let used = 0
  const problems: Array<string> = []
  const wrong = (pointer: string, what: string) => void problems.push(`${pointer}: ${what}`)
  const recordsOf = (pointer: string) => {
    const records = omitted.filter((record) => record.pointer === pointer)
    used += records.length
    if (records.length > 1) wrong(pointer, "two records")
    return records[0]
  }

  const string = (whole: string, out: Json, pointer: string, record: Omitted | undefined): void => {
    if (record === undefined) {
      if (out !== whole) wrong(pointer, "is not the string")
      if (whole.length > maxString) wrong(pointer, "longer than maxString")
      return
    }
    const { count, from, kind } = record
    if (kind !== "characters" || count < 1 || count + from > whole.length) return wrong(pointer, "not of a string")
    if (from === 0 && count === whole.length) return void (out === "…" || wrong(pointer, "not collapsed"))
    const tail = whole.length - from - count
    const marker = markers ? ` … ${count} more characters${tail > 0 ? " … " : ""}` : "…"
    const head = whole.slice(0, from)
    if (typeof out !== "string" || !out.startsWith(head + marker) || !out.endsWith(whole.slice(from + count))) {
      return wrong(pointer, "not the ends of the string")
    }
    if (out.length > from + tail + marker.length + 3) wrong(pointer, "more than the ends of the string")
    if (out.length > maxString) wrong(pointer, "longer than maxString")
  }

  const collapsed = (count: number, out: Json, pointer: string, record: Omitted | undefined): boolean => {
    if (out !== "…") return false
    if (record?.from !== 0 || record.count !== count) wrong(pointer, "collapsed, but not told so")
    return true
  }

  const depth = (count: number, out: Json, pointer: string, record: Omitted | undefined, text: string): boolean => {
    if (record?.kind !== "depth") return false
    if (record.count !== count || record.from !== 0) wrong(pointer, "wrong depth record")
    if (out !== (markers ? text : "…") && out !== "…") wrong(pointer, "wrong depth marker")
    return true
  }

  const array = (whole: ReadonlyArray<Json>, out: Json, pointer: string, level: number): void => {
    const record = recordsOf(pointer)
    const { length } = whole
    if (depth(length, out, pointer, record, `[… ${length} items]`)) return
    if (collapsed(length, out, pointer, record)) return
    if (!Array.isArray(out)) return wrong(pointer, "no array")
    if (level > maxDepth && length > 0) wrong(pointer, "deeper than maxDepth")
    const { count = 0, from = length } = record ?? {}
    if (record !== undefined && (record.kind !== "items" || count < 1)) wrong(pointer, "not of an array")
    const shown = [...out]
    if (count > 0 && markers) {
      const [marker] = shown.splice(from, 1)
      if (marker !== `… ${count} more items`) wrong(pointer, `marker ${JSON.stringify(marker)}`)
    }
    if (shown.length !== length - count) wrong(pointer, "wrong number of elements")
    if (shown.length > maxItems) wrong(pointer, "more than maxItems")
    if (shown.length === 0 && out.length === 0 && length > 0) wrong(pointer, "shown as empty")
    shown.forEach((child, i) => {
      const at = i < from ? i : i + count
      visit(whole[at]!, child, `${pointer}/${at}`, level + 1)
    })
  }

  const object = (whole: { readonly [key: string]: Json }, out: Json, pointer: string, level: number): void => {
    const record = recordsOf(pointer)
    const keys = Object.keys(whole)
    const { length } = keys
    if (depth(length, out, pointer, record, `{… ${length} keys}`)) return
    if (collapsed(length, out, pointer, record)) return
    if (typeof out !== "object" || out === null || Array.isArray(out)) return wrong(pointer, "no object")
    if (level > maxDepth && length > 0) wrong(pointer, "deeper than maxDepth")
    const { count = 0, from = length } = record ?? {}
    if (record !== undefined && (record.kind !== "keys" || from + count !== length || count < 1)) {
      wrong(pointer, "not of an object")
    }
    const shown = keys.slice(0, from)
    let expected = shown.length
    if (count > 0 && markers) {
      let key = "…"
      while (keys.includes(key)) key += "…"
      const marker = (out as Record<string, Json>)[key]
      if (marker !== `${count} more keys`) wrong(pointer, `marker ${JSON.stringify(marker)}`)
      expected++
    }
    if (Object.keys(out).length !== expected) wrong(pointer, "wrong number of entries")
    if (shown.length > maxKeys) wrong(pointer, "more than maxKeys")
    if (expected === 0 && length > 0) wrong(pointer, "shown as empty")
    for (const key of shown) {
      if (!Object.hasOwn(out, key)) wrong(pointer, `no ${key}`)
      else
        visit(whole[key]!, (out as Record<string, Json>)[key]!, `${pointer}/${JsonPointer.escapeToken(key)}`, level + 1)
    }
  }

  const visit = (whole: Json, out: Json, pointer: string, level: number): void => {
    if (Array.isArray(whole)) return array(whole, out, pointer, level)
    if (typeof whole === "object" && whole !== null) {
      return object(whole as { readonly [key: string]: Json }, out, pointer, level)
    }
    const record = recordsOf(pointer)
    if (typeof whole === "string") return string(whole, out, pointer, record)
    if (record === undefined) return void (out === whole || wrong(pointer, "another value"))
    if (out !== "…" || record.kind !== "value" || record.count !== 1 || record.from !== 0)
      wrong(pointer, "wrong value record")
  }

  visit(value, JSON.parse(text) as Json, "", 0)
  if (used !== omitted.length) problems.push(`${omitted.length - used} records are of nothing`)
  return problems[0]
}
