/** What a generated value is, said as plain data: fast-check can shrink and print it, and `builder.ts` makes the value. */

export type Description =
  | { readonly _: "scalar"; readonly value: string | number | boolean | null | undefined }
  | { readonly _: "long"; readonly unit: string; readonly times: number; readonly shift: number }
  | { readonly _: "nothing"; readonly what: "function" | "symbol" }
  | { readonly _: "bigint"; readonly value: bigint; readonly hasToJSON: boolean }
  | { readonly _: "array"; readonly items: ReadonlyArray<Description | "hole">; readonly how: ArrayKind }
  | { readonly _: "object"; readonly entries: Entries; readonly how: ObjectKind }
  | { readonly _: "run"; readonly item: Description; readonly times: number }
  | { readonly _: "toJSON"; readonly on: ToJSONPlace; readonly gives: Description | "this"; readonly entries: Entries }
  | { readonly _: "throwing"; readonly where: "toJSON" | "accessor" | "valueOf"; readonly thrown: Thrown }
  | { readonly _: "date"; readonly time: number; readonly entries: Entries; readonly isSubclass: boolean }
  | { readonly _: "boxed"; readonly value: string | number | boolean; readonly overridden: boolean }
  | { readonly _: "host"; readonly what: HostKind; readonly entries: Entries }
  | { readonly _: "view"; readonly what: ViewKind; readonly elements: ReadonlyArray<number>; readonly entries: Entries }
  | { readonly _: "proxy"; readonly of: Description; readonly reversed: boolean }
  | { readonly _: "accessor"; readonly entries: Entries }
  | { readonly _: "raw"; readonly text: string }
  | { readonly _: "shared"; readonly index: number }
  | { readonly _: "ancestor"; readonly up: number }

export type Entries = ReadonlyArray<readonly [string, Description]>

export const arrayKinds = [
  "plain",
  "plain",
  "plain",
  "subclass",
  "null-prototype",
  "with properties",
  "other realm"
] as const
export const objectKinds = [
  "plain",
  "plain",
  "plain",
  "null-prototype",
  "class",
  "inheriting",
  "hidden",
  "symbols",
  "other realm"
] as const
export const toJSONPlaces = ["own", "class", "hidden", "array", "function", "Map", "Error", "accessor"] as const
export const thrownKinds = ["an Error", "undefined", "a string", "a symbol", "V8's for a cycle"] as const
export const hostKinds = [
  "Map",
  "Set",
  "Error",
  "TypeError",
  "RegExp",
  "Promise",
  "URL",
  "WeakMap",
  "ArrayBuffer",
  "function"
] as const
export const viewKinds = [
  "Buffer",
  "Uint8Array",
  "Int16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array"
] as const
export type ArrayKind = (typeof arrayKinds)[number]
export type ObjectKind = (typeof objectKinds)[number]
export type ToJSONPlace = (typeof toJSONPlaces)[number]
export type Thrown = (typeof thrownKinds)[number]
export type HostKind = (typeof hostKinds)[number]
export type ViewKind = (typeof viewKinds)[number]
