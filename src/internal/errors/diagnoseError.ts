/**
 * Finds out what went wrong in native `JSON.stringify`, without reading its message and without running user code.
 *
 * A message proves nothing: a `JSON.stringify` in somebody's `toJSON` throws the same ones. So the search walks the
 * value in the order of the text, by property descriptors. The first cycle or bigint on the way is the reason. If there
 * is none, user code threw.
 */
import { isBigInt64Array, isBigIntObject, isBigUint64Array, isProxy, isStringObject } from "node:util/types"
import type { SerializationError } from "../../SerializationError.ts"
import { cyclicValue, nestingTooDeep, outputTooLong, unsupportedValue, userCodeFailed } from "./serializationErrors.ts"
import { Open } from "../walk/container.ts"
import { Shape } from "../value/containerShape.ts"
import { elementsOf, namedElements } from "../walk/enterContainer.ts"
import { pointerOf } from "./pointer.ts"
import { isMarked } from "../value/ownStringify.ts"
import { hasUserToJSON } from "../walk/harmlessToJSON.ts"

/** No native stack is exhausted by less. */
const shallow = 1_000

export const diagnose = (
  value: unknown,
  thrown: unknown,
  list: ReadonlyArray<string> | null,
  hasReplacer: boolean
): SerializationError => {
  const found = search(value, list)
  if (thrown instanceof TypeError && found.error !== undefined && !(found.isUserCode && isThrownByUser(thrown))) {
    return found.error
  }
  if (thrown instanceof RangeError && !found.isUserCode && !hasReplacer) {
    return found.depth > shallow ? nestingTooDeep() : outputTooLong()
  }
  if (thrown instanceof RangeError && found.depth > shallow) return nestingTooDeep()
  return userCodeFailed(found.pointer, thrown)
}

interface Found {
  error: SerializationError | undefined
  /** User code comes before the place where the search ended. */
  isUserCode: boolean
  /** Where user code may have run; with several such places, what their pointers have in common. */
  pointer: string
  depth: number
}

const search = (root: unknown, list: ReadonlyArray<string> | null): Found => {
  const found: Found = { error: undefined, isUserCode: false, pointer: "", depth: 0 }
  const stack: Array<Open> = [new Open(Shape.root, { "": root }, [""], 1, false, false)]
  const ancestors = new Set<unknown>()
  const suspect = (open: Open) => {
    const pointer = pointerOf(stack, [])
    found.pointer = found.isUserCode ? commonPointer(found.pointer, pointer) : pointer
    found.isUserCode = true
    open.index++
  }
  while (stack.length > 0) {
    const open = stack[stack.length - 1]!
    if (open.index >= open.length) {
      stack.pop()
      ancestors.delete(open.value)
      if (stack.length > 0) stack[stack.length - 1]!.index++
      continue
    }
    found.depth = Math.max(found.depth, stack.length)
    const descriptor = descriptorOf(open.value, open.keyAt(open.index))
    const value: unknown = descriptor?.value
    if (descriptor?.get !== undefined || isProxy(value) || hasUserToJSON(value)) {
      suspect(open)
    } else if (typeof value === "bigint" || isBigIntObject(value)) {
      found.error = unsupportedValue(pointerOf(stack, []), "bigint")
      return found
    } else if (typeof value !== "object" || value === null || isLarge(value) || isStringObject(value)) {
      open.index++
    } else if (ancestors.has(value)) {
      found.error = cyclicValue(pointerOf(stack, []))
      return found
    } else {
      ancestors.add(value)
      const keys = Array.isArray(value) ? null : (list ?? Object.keys(value))
      stack.push(
        new Open(
          keys === null ? Shape.array : Shape.object,
          value,
          keys,
          keys?.length ?? (value as Array<unknown>).length,
          false,
          false
        )
      )
    }
  }
  return found
}

// A list of names also reads what is inherited. No trap runs: a proxy is not looked into, and ends the way up.
const descriptorOf = (object: object, key: string): PropertyDescriptor | undefined => {
  let current: object | null = object
  while (current !== null && !isProxy(current)) {
    const descriptor = Object.getOwnPropertyDescriptor(current, key)
    if (descriptor !== undefined) return descriptor
    current = Object.getPrototypeOf(current) as object | null
  }
  return undefined
}

// Nothing in it can be the reason: a typed array holds numbers, unless it holds bigints or, if it is short, more.
const isLarge = (value: object): boolean =>
  ArrayBuffer.isView(value) && !isBigInt64Array(value) && !isBigUint64Array(value) && elementsOf(value) > namedElements

const commonPointer = (a: string, b: string): string => {
  const tokens = a.split("/")
  const others = b.split("/")
  const end = tokens.findIndex((token, i) => token !== others[i])
  return end < 0 ? a : tokens.slice(0, end).join("/")
}

// Both are possible: a cycle or a bigint, and user code that threw before. The stack of an error made by our own call
// of `JSON.stringify` has one native frame and then a marked one. Without a stack the search is believed.
const isThrownByUser = (thrown: TypeError): boolean => {
  const stack = stackOf(thrown)
  if (typeof stack !== "string") return false
  const frames = stack.split("\n").filter((line) => line.startsWith("    at "))
  return frames.length > 1 && !(/ at (JSON\.)?stringify \(/.test(frames[0]!) && isMarked(frames[1]!))
}

const errorConstructor = Error
const nativeStack = Object.getOwnPropertyDescriptor(new Error("for its accessor"), "stack")?.get

// V8 makes the text when it is first asked for, with `Error.prepareStackTrace` if a program has set one: that is user
// code too.
const stackOf = (thrown: TypeError): unknown => {
  const descriptor = Object.getOwnPropertyDescriptor(thrown, "stack")
  if (descriptor?.get === undefined) return descriptor?.value
  if (descriptor.get !== nativeStack) return undefined
  const prepare: unknown = Object.getOwnPropertyDescriptor(errorConstructor, "prepareStackTrace")?.value
  if (prepare === undefined) return nativeStack.call(thrown)
  return Reflect.set(errorConstructor, "prepareStackTrace", undefined) ? stackWithout(thrown, prepare) : undefined
}

const stackWithout = (thrown: TypeError, prepare: unknown): unknown => {
  try {
    return nativeStack!.call(thrown)
  } finally {
    Reflect.set(errorConstructor, "prepareStackTrace", prepare)
  }
}
