/** A smaller value of the same kind: the first part of its widest container. */

/** About `share` of a value: of an array its first elements, of an object its first entries. */
export const cut = (value: unknown, share: number): unknown => {
  if (typeof value === "string") return value.slice(0, Math.ceil(value.length * share))
  if (typeof value !== "object" || value === null) return value
  if (ArrayBuffer.isView(value)) {
    const view = value as Uint8Array
    return view.slice(0, Math.ceil(view.length * share))
  }
  if (Array.isArray(value)) {
    if (value.length >= wide) return value.slice(0, Math.ceil(value.length * share))
    return value.map((element) => cut(element, share))
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  const entries = Object.entries(value)
  if (entries.length >= wide) return Object.fromEntries(entries.slice(0, Math.ceil(entries.length * share)))
  return Object.fromEntries(entries.map(([key, child]) => [key, cut(child, share)]))
}

/** A container of so many entries is shortened; in a narrower one, each entry is. */
const wide = 50
