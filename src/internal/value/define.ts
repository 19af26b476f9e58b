/**
 * Properties that are defined, as `JSON.parse` does it, and not set: setters and read-only properties that somebody has
 * put on `Object.prototype` or `Array.prototype` have no say.
 */
const { defineProperty, hasOwn } = Object
const objectPrototype = Object.prototype
const arrayPrototype = Array.prototype

export const setEntry = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (hasOwn(objectPrototype, key)) define(target, key, value)
  else target[key] = value
}

export const setElement = (target: Array<unknown>, index: number, value: unknown): void => {
  if (hasOwn(arrayPrototype, index) || hasOwn(objectPrototype, index)) define(target, index, value)
  else target[index] = value
}

/** `push`, which sets. */
export const append = <A>(target: Array<A>, value: A): void => setElement(target, target.length, value)

const define = (target: object, key: PropertyKey, value: unknown): void => {
  // The descriptor inherits nothing, so that a `get` on `Object.prototype` does not become part of it.
  const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true }
  defineProperty(target, key, descriptor as PropertyDescriptor)
}
