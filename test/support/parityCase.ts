/** One entry of the parity table, and helpers to write entries briefly. */
import type { Recorder } from "./recorder.ts"

/** `JSON.stringify`'s own arguments, and `pretty`. */
export interface OracleOptions {
  readonly replacer?: any
  readonly space?: any
  readonly pretty?: boolean
}

export type Reason = "CyclicValue" | "UnsupportedValue" | "UserCodeFailed"

export interface ParityCase {
  readonly name: string
  /** Makes the value, fresh and the same each time. User code in it notes its calls in the recorder. */
  readonly make: (recorder: Recorder) => unknown
  /** Made fresh too. `names` are keys that a list of names has to have so that padding around the value shows. */
  readonly options?: (recorder: Recorder, names: ReadonlyArray<string>) => OracleOptions
  /** Whether the options hold a list of names. */
  readonly isList?: boolean
  /** Changes something global for the time of a run, and gives what undoes it. */
  readonly patch?: (recorder: Recorder) => () => void
  /** The reason of the error, where it is one. */
  readonly fails?: Reason
  /** The JSON Pointer in the error, from the value on. */
  readonly pointer?: string
  /** The error is at the root, whatever is around the value. */
  readonly isAtRoot?: boolean
  /**
   * Only user code leads to where the error is. So the pointer may be shorter, and after one native call, which the
   * synchronous route is, it cannot be told from an error of user code, or from one that comes later in the text.
   */
  readonly vague?: boolean
  /** The text, where `JSON.stringify` itself gives up (deep nesting). */
  readonly expected?: () => string
  /** Takes seconds and much memory. */
  readonly isHeavy?: boolean
  /** Large enough by itself: not padded. */
  readonly isLarge?: boolean
  /** User code changes the value while it is read: only the synchronous route promises the same text. */
  readonly mutates?: boolean
}

type Extra = Omit<ParityCase, "name" | "make">

export const parityCase = (name: string, make: ParityCase["make"], extra: Extra = {}): ParityCase => ({
  name,
  make,
  ...extra
})

/** A case with a list of names as replacer. */
export const listCase = (
  name: string,
  list: ReadonlyArray<unknown>,
  make: ParityCase["make"],
  extra: Extra = {}
): ParityCase => ({
  name: `list ${name}`,
  make,
  options: (_, names) => ({ replacer: [...names, ...list] }),
  isList: true,
  ...extra
})

/** Sets a property for a while. */
export const patchProperty = (target: object, key: PropertyKey, property: PropertyDescriptor): (() => void) => {
  const before = Reflect.getOwnPropertyDescriptor(target, key)
  Object.defineProperty(target, key, { configurable: true, ...property })
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, key)
    else Object.defineProperty(target, key, before)
  }
}

export const patchValue = (target: object, key: PropertyKey, value: unknown): (() => void) =>
  patchProperty(target, key, { value, writable: true, enumerable: false })

/** Cases of one fashion from a record of values. */
export const casesOf = (
  group: string,
  makers: { readonly [name: string]: ParityCase["make"] },
  extra: Extra = {}
): ReadonlyArray<ParityCase> =>
  Object.entries(makers).map(([name, make]) => parityCase(`${group}: ${name}`, make, extra))

/** Wraps `value` in `depth` containers. */
export const nest = (depth: number, value: unknown, wrap: (inner: unknown) => unknown): unknown => {
  let nested = value
  for (let i = 0; i < depth; i++) nested = wrap(nested)
  return nested
}
