/**
 * What this realm's built-ins were when the library was loaded, and whether they still are.
 *
 * Other code may patch `Date.prototype.toJSON` or `Array.prototype` at any time. The natives are captured once, so that
 * a patch cannot break the engine. They are compared with `===`, so that the engine notices a patch and obeys it as
 * `JSON.stringify` does.
 */
export const stringify: typeof JSON.stringify = JSON.stringify

const objectPrototype = Object.prototype as { toJSON?: unknown }
const arrayPrototype = Array.prototype as unknown as { readonly length: number; toJSON?: unknown }
const datePrototype = Date.prototype as unknown as Record<PropertyKey, unknown>

export const dateToPrimitive: unknown = datePrototype[Symbol.toPrimitive]
export const dateValueOf: unknown = datePrototype["valueOf"]
export const dateToJSON: unknown = datePrototype["toJSON"]
export const dateToISOString: unknown = datePrototype["toISOString"]
export const bufferToJSON: unknown = Buffer.prototype.toJSON

/** True when a plain object or array made by the engine would be stringified through somebody's patch. */
export const isPatched = (): boolean => objectPrototype.toJSON !== undefined || arrayPrototype.toJSON !== undefined

/** The same without running an accessor, for those who cannot rely on its last answer. */
export const inheritsToJSON = (): boolean => "toJSON" in arrayPrototype

/** True when holes of an array read as `undefined`, as they do on a worker thread. */
export const areHolesClean = (): boolean => !hasIndex(arrayPrototype) && !hasIndex(objectPrototype)

/**
 * True when `push` fills an array, here and in everybody's code. It throws where an index of `Array.prototype` is
 * read-only or has no setter. Where there is a setter the element may be lost.
 */
export const canFillArrays = (): boolean =>
  arrayPrototype.length === 0 || Object.getOwnPropertyNames(arrayPrototype).every(canBeSet)

const canBeSet = (key: string): boolean => {
  if (key.charCodeAt(0) > 0x39) return true
  const array: Array<unknown> = []
  try {
    return Reflect.set(array, key, 0) && Object.hasOwn(array, key)
  } catch {
    return false
  }
}

// Indexes come first among the own keys, enumerable or not. 1.7 us (`bench/claims.ts`), once for a frame that is sent.
const hasIndex = (object: object): boolean => {
  const first = Object.getOwnPropertyNames(object)[0]
  return first !== undefined && first.charCodeAt(0) <= 0x39
}

/** A high surrogate must not be separated from the low one behind it. */
export const isPairAt = (text: string, index: number): boolean => {
  const high = text.charCodeAt(index)
  if (high < 0xd800 || high > 0xdbff) return false
  const low = text.charCodeAt(index + 1)
  return low >= 0xdc00 && low <= 0xdfff
}

const rawJSON = JSON as unknown as { isRawJSON?: (value: unknown) => boolean }
/** An object made by `JSON.rawJSON`: its text is fixed. */
export const isRawJSON = (value: unknown): value is { readonly rawJSON: string } => rawJSON.isRawJSON?.(value) ?? false
