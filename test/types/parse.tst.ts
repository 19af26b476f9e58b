import { Effect, type Stream } from "effect"
import {
  type AsyncJsonInput,
  type InvalidJson,
  isParseError,
  type JsonInput,
  parse,
  parseArray,
  parseArrayAsync,
  parseAsync,
  type ParseError,
  type ParseErrorReason,
  ParseSettings,
  type ParseSettingsShape
} from "effect-serialization/parse"
import { describe, expect, test } from "tstyche"

interface Database {
  readonly url: string
}

declare const text: JsonInput
declare const bytes: Stream.Stream<Uint8Array>
declare const foreign: Stream.Stream<Uint8Array, "broken", Database>
declare const unknownInput: AsyncJsonInput

describe("parse", () => {
  test("fails with a ParseError, and with what its stream fails with", () => {
    expect(parse(text)).type.toBe<Effect.Effect<unknown, ParseError>>()
    expect(parse(bytes)).type.toBe<Effect.Effect<unknown, ParseError>>()
    expect(parse(foreign)).type.toBe<Effect.Effect<unknown, ParseError | "broken", Database>>()
    expect(parse(text, { maxBytes: undefined, at: "/a" })).type.toBe<Effect.Effect<unknown, ParseError>>()
    expect(parse).type.not.toBeCallableWith(text, { dangerousKeys: "drop" })
    expect(parse).type.not.toBeCallableWith(12)
  })

  test("its reasons are handled one by one", () => {
    const handled = Effect.catchReason(parse(text), "ParseError", "InvalidJson", (reason) => {
      expect(reason).type.toBe<InvalidJson>()
      return Effect.succeed(reason.line)
    })
    expect(handled).type.toBeAssignableTo<Effect.Effect<unknown, ParseError>>()
    expect<ParseError["reason"]>().type.toBe<ParseErrorReason>()
  })
})

describe("parseArray", () => {
  test("is a stream of what its input allows", () => {
    expect(parseArray(text)).type.toBe<Stream.Stream<unknown, ParseError>>()
    expect(parseArray(foreign)).type.toBe<Stream.Stream<unknown, ParseError | "broken", Database>>()
    expect(parseArray).type.not.toBeCallableWith(text, { reviver: (_key: string, value: unknown) => value })
  })
})

describe("promises", () => {
  test("take everything that bytes come in", () => {
    expect(parseAsync(unknownInput)).type.toBe<Promise<unknown>>()
    expect(parseArrayAsync(unknownInput)).type.toBe<AsyncIterable<unknown>>()
    expect(parseAsync).type.toBeCallableWith(text, { signal: AbortSignal.timeout(1) })
  })
})

describe("settings and guards", () => {
  test("settings are a reference", () => {
    const effect = Effect.provideService(parse(text), ParseSettings, {
      turnBudget: 1,
      directSize: 0,
      pieceTime: "1 milli"
    })
    expect(effect).type.toBe<Effect.Effect<unknown, ParseError>>()
    expect(ParseSettings.defaultValue()).type.toBe<ParseSettingsShape>()
  })

  test("isParseError narrows", () => {
    const value: unknown = undefined
    if (isParseError(value)) expect(value).type.toBe<ParseError>()
  })
})
