/**
 * Whether a frame prints the same after a structured clone. Asked only for frames that are about to be sent.
 *
 * The clone refuses functions, symbols and proxies. It drops own properties of `Map`, `Error`, `RegExp` and their like,
 * a `JSON.rawJSON`, and every class. So only plain objects, arrays, untouched dates, and instances of classes without
 * built-in ancestors may go. The calling thread does everything else. The only user code that runs here is getters and
 * proxy traps.
 */
import { isAnyArrayBuffer, isMap, isProxy, isSet } from "node:util/types"
import { elementAt, isNumberLike, isVector } from "../value/arrayElements.ts"
import { areHolesClean, isRawJSON } from "../value/intrinsics.ts"
import { isPlainDate } from "../walk/harmlessToJSON.ts"
import { type Entries, type FrameTask, Kind } from "../frame/frame.ts"

const objectPrototype = Object.prototype
const { propertyIsEnumerable, toString } = objectPrototype
const { hasOwn } = Object
const arrayPrototype = Array.prototype
/** Prototypes of classes whose instances are plain objects but for their methods, and of others. */
const knownPrototypes = new WeakMap<object, boolean>()

/**
 * An array with more elements is not asked for named properties, nor for non-enumerable elements: that would list every
 * index. If it has a property that cannot be cloned, the clone fails, and this thread makes the text after all (path
 * `fallback`).
 */
const namedItems = 1_024

/** Whether a frame may be sent to a worker thread. */
export const isSendable = (frame: Pick<FrameTask, "kinds" | "values" | "list">): boolean => {
  try {
    return isCloneable(frame)
  } catch {
    // A getter or a proxy trap threw. It throws again when the calling thread makes the text, and is reported then.
    return false
  }
}

/** May throw what a getter or a proxy trap throws. */
export const isCloneable = (frame: Pick<FrameTask, "kinds" | "values" | "list">): boolean => {
  const { kinds, values } = frame
  const list = frame.list === null ? null : new Set(frame.list)
  if (!areHolesClean()) return false
  for (let i = 0; i < values.length; i++) {
    const kind = kinds[i]!
    if (kind === Kind.entries) {
      for (const value of (values[i] as Entries).values) if (!isPlain(value, list)) return false
    } else if (kind === Kind.items) {
      // Ours: a slice of a longer one.
      if (!areItemsPlain(values[i] as ReadonlyArray<unknown>, list)) return false
    } else if (kind === Kind.whole && !isPlain(values[i], list)) return false
  }
  return true
}

const isPlain = (value: unknown, list: ReadonlySet<string> | null): boolean => {
  if (typeof value === "object") {
    return value === null || (Array.isArray(value) ? isPlainArray(value, list) : isPlainObject(value, list))
  }
  return typeof value !== "function" && typeof value !== "symbol"
}

const isPlainArray = (array: ReadonlyArray<unknown>, list: ReadonlySet<string> | null): boolean => {
  if (isProxy(array)) return false
  if (Object.getPrototypeOf(array) !== arrayPrototype && array.length > 0 && !isKnown(Object.getPrototypeOf(array)))
    return false
  if (array.length <= namedItems && !isListable(array)) return false
  return areItemsPlain(array, list)
}

const areItemsPlain = (items: ReadonlyArray<unknown>, list: ReadonlySet<string> | null): boolean => {
  const length = items.length
  let i = 0
  // A loop of their own for numbers, as in the visit: read like other elements they cost as much as their clone.
  if (length > 0 && isNumberLike(elementAt(items, 0)) && isVector(items)) {
    while (i < length && typeof items[i] === "number") i++
  }
  for (; i < length; i++) if (!isPlain(elementAt(items, i), list)) return false
  return true
}

// Named properties of an array are not printed, but cloned: they come last among the keys. Elements that are not
// enumerable are printed, but not cloned: they are missing among the keys, as holes are.
const isListable = (array: ReadonlyArray<unknown>): boolean => {
  const keys = Object.keys(array)
  const last = keys.at(-1)
  if (last !== undefined && String(Number(last) >>> 0) !== last) return false
  if (keys.length === array.length) return true
  for (let i = 0; i < array.length; i++) {
    if (hasOwn(array, i) && !propertyIsEnumerable.call(array, i)) return false
  }
  return true
}

const isPlainObject = (object: object, list: ReadonlySet<string> | null): boolean => {
  if (isProxy(object)) return false
  const prototype = Object.getPrototypeOf(object) as object | null
  if (prototype === null) {
    if (isRawJSON(object)) return false
  } else if (prototype !== objectPrototype && !isKnown(prototype)) {
    return isPlainDate(object)
  }
  // An `arguments` object, or an `Error`, `Map`, `Set` or `ArrayBuffer` that was given another prototype. A tag could
  // hide it.
  if (toString.call(object) !== "[object Object]" || Symbol.toStringTag in object) return false
  if (isMap(object) || isSet(object) || isAnyArrayBuffer(object)) return false
  if (list !== null) return isPlainListed(object, list)
  for (const key in object) {
    if (!isPlain((object as Record<string, unknown>)[key], null)) return false
  }
  return true
}

// A list also reads what is inherited or not enumerable; a clone has neither. And a clone has what is not listed, which
// may be much larger than what is.
const isPlainListed = (object: object, list: ReadonlySet<string>): boolean => {
  for (const name of list) {
    const value = (object as Record<string, unknown>)[name]
    if (value !== undefined && !propertyIsEnumerable.call(object, name)) return false
  }
  for (const key of Object.keys(object)) {
    if (!list.has(key) || !isPlain((object as Record<string, unknown>)[key], list)) return false
  }
  return true
}

const isKnown = (prototype: object): boolean => {
  const known = knownPrototypes.get(prototype)
  if (known !== undefined) return known
  const isClass = isClassOfPlainObjects(prototype)
  knownPrototypes.set(prototype, isClass)
  return isClass
}

// A class of the program itself, all the way up: its constructor is not native code.
const isClassOfPlainObjects = (prototype: object): boolean => {
  let current: object | null = prototype
  while (current !== null && current !== objectPrototype && current !== arrayPrototype) {
    if (isProxy(current)) return false
    const constructor: unknown = Object.getOwnPropertyDescriptor(current, "constructor")?.value
    if (typeof constructor !== "function" || isProxy(constructor) || isNative(constructor)) return false
    current = Object.getPrototypeOf(current) as object | null
  }
  return current === objectPrototype
}

const functionToString = Function.prototype.toString
const isNative = (constructor: Function): boolean => functionToString.call(constructor).endsWith("{ [native code] }")
