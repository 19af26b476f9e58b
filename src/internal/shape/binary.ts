/**
 * What is binary: memory, and long strings that hold it.
 */
import { isAnyArrayBuffer, isDataView } from "node:util/types"
import type { Text } from "./nodes.ts"

/** Shorter strings of base64 or hex are left as they are. */
const longText = 1_024
/** What such a string is told by. */
const sampleLength = 256

const dataURL = /^data:[\w.+-]+\/[\w.+-]+(;[^,;]*)*,/
const hex = /^[\da-fA-F]*$/
const base64 = /^(?=.*[a-z])(?=.*[A-Z])[\w+/-]*=*$/

/** What kind of binary data a string holds, if it does. */
export const binaryText = (text: string): "data URL" | "base64" | "hex" | undefined => {
  if (text.startsWith("data:") && dataURL.test(text.slice(0, sampleLength))) return "data URL"
  if (text.length < longText) return undefined
  const sample = text.slice(0, sampleLength)
  if (!/\d/.test(sample)) return undefined
  return hex.test(sample) ? "hex" : base64.test(sample) ? "base64" : undefined
}

type Getter = (this: object) => any
const getterOf = (prototype: object, key: string): Getter => Object.getOwnPropertyDescriptor(prototype, key)!.get!
// The built-in getters: a view may have properties of these names.
const gettersOf = (prototype: object) => ({
  buffer: getterOf(prototype, "buffer"),
  byteOffset: getterOf(prototype, "byteOffset"),
  byteLength: getterOf(prototype, "byteLength")
})
const ofTypedArray = gettersOf(Object.getPrototypeOf(Uint8Array.prototype))
const ofDataView = gettersOf(DataView.prototype)

/** The memory of a value: typed arrays and what else is a view, and what they view. Empty where it was taken away. */
export const memoryOf = (value: object): Uint8Array | undefined => {
  const isView = ArrayBuffer.isView(value)
  if (!isView && !isAnyArrayBuffer(value)) return undefined
  try {
    if (!isView) return new Uint8Array(value as ArrayBuffer)
    const { buffer, byteLength, byteOffset } = isDataView(value) ? ofDataView : ofTypedArray
    return new Uint8Array(buffer.call(value), byteOffset.call(value), byteLength.call(value))
  } catch {
    return new Uint8Array(0)
  }
}

/** The base64 of memory, made where it is read. */
export class Base64Text implements Text {
  readonly length: number
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.length = Math.ceil(bytes.length / 3) * 4
  }

  slice(from: number, to: number): string {
    const first = Math.floor(from / 4)
    const { buffer, byteOffset, length } = this.bytes.subarray(first * 3, Math.ceil(to / 4) * 3)
    return Buffer.from(buffer, byteOffset, length)
      .toString("base64")
      .slice(from - first * 4, to - first * 4)
  }
}
