/**
 * Messages of an RPC server that are too large to be stringified where its protocol asks for it. In the text of a response a token stands
 * for each: NUL, the message's number, NUL. No JSON text has a NUL in it.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Fiber from "effect/Fiber"
import type { RpcSerialization } from "effect/rpc/RpcSerialization"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import { estimate } from "../../internal/walk/estimateSize.ts"
import { type Begun, compile, type Encoder, encoderOf } from "../../schema/internal/encoder.ts"
import { SchemaTurns } from "../../schema/index.ts"

type Service = RpcSerialization["Service"]

/** The exit of a call whose large arrays are still to be encoded. */
export class BegunExit {
  readonly encoder: Encoder
  readonly exit: unknown
  readonly begun: Begun
  /** What the encoder needs. */
  readonly context: Context.Context<never>

  constructor(encoder: Encoder, exit: unknown, begun: Begun, context: Context.Context<never>) {
    this.encoder = encoder
    this.exit = exit
    this.begun = begun
    this.context = context
  }
}

export interface Message {
  readonly _tag: string
  readonly requestId?: string
  readonly exit?: unknown
}

/** The messages that one request has kept, and the names of the calls that it makes. */
export class Kept {
  readonly calls = new Map<string, string>()
  private readonly messages: Array<Message | undefined> = []

  get isEmpty(): boolean {
    return this.messages.length === 0
  }

  /** Keeps a message; gives its token. */
  add(message: Message): string {
    this.messages.push(message)
    return `\u0000${this.messages.length - 1}\u0000`
  }

  /** Parts the text of a response at its tokens. */
  split(bytes: Uint8Array): ReadonlyArray<Uint8Array | Message> {
    const parts: Array<Uint8Array | Message> = []
    let from = 0
    let at = bytes.indexOf(0)
    while (at >= 0) {
      const end = bytes.indexOf(0, at + 1)
      const index = Number(Buffer.from(bytes.subarray(at + 1, end)).toString("latin1"))
      if (at > from) parts.push(bytes.subarray(from, at))
      parts.push(this.messages[index]!)
      this.messages[index] = undefined
      from = end + 1
      at = bytes.indexOf(0, from)
    }
    if (from < bytes.length) parts.push(bytes.subarray(from))
    return parts
  }
}

/** Where the messages of the requests in flight are. They go with their request. */
export type KeptByRequest = WeakMap<HttpServerRequest, Kept>

/** Does it write each message as `JSON.stringify` does? JSON-RPC, say, does not, and has the same content type. */
export const isPlainJson = (serialization: Service): boolean => {
  const probe = { _tag: "Pong" }
  const text = JSON.stringify(probe)
  try {
    return serialization.makeUnsafe().encode(probe) === (serialization.includesFraming ? `${text}\n` : text)
  } catch {
    return false
  }
}

/** The serialization that keeps what is large. */
export const keeping = (serialization: Service, kept: KeptByRequest, threshold: number): Service => ({
  ...serialization,
  codecFor: codecFor(serialization),
  makeUnsafe: () => {
    const parser = serialization.makeUnsafe()
    const request = Fiber.getCurrent()?.context.mapUnsafe.get(HttpServerRequest.key) as HttpServerRequest
    const own = new Kept()
    kept.set(request, own)
    const isSmall = (message: Message): boolean =>
      !(message.exit instanceof BegunExit) && estimate(message, threshold) < threshold
    const textOf = (message: Message): string => (isSmall(message) ? JSON.stringify(message) : own.add(message))
    return {
      decode: (data) => {
        const messages = parser.decode(data)
        for (const message of messages as ReadonlyArray<{ readonly id?: unknown; readonly tag?: unknown }>) {
          if (typeof message?.tag === "string") own.calls.set(String(message.id), message.tag)
        }
        return messages
      },
      encode: (response) => {
        const messages = (Array.isArray(response) ? response : [response]) as ReadonlyArray<Message>
        if (messages.every(isSmall)) return parser.encode(response)
        if (serialization.includesFraming) return messages.map((message) => `${textOf(message)}\n`).join("")
        const texts = messages.map(textOf).join(",")
        return Array.isArray(response) ? `[${texts}]` : texts
      }
    }
  }
})

// An exit may put arrays off; all else is encoded, and decoded, in turns.
const codecFor = (serialization: Service): Service["codecFor"] =>
  ((schema: Schema.Top) => {
    const codec = SchemaTurns.inTurns(serialization.codecFor(schema) as Schema.Top)
    return isExit(schema) ? beginning(codec, serialization.codecFor(schema.value) as Schema.Top) : codec
  }) as Service["codecFor"]

type ExitSchema = Schema.Exit<Schema.Top, Schema.Top, Schema.Top>

const isExit = (schema: Schema.Top): schema is ExitSchema => {
  const representation = schema.ast.annotations?.["representation"] as { readonly id?: unknown } | undefined
  return representation?.id === "effect/schema/Exit"
}

// The value of a success is encoded by its own codec: an exit's encodes all of it, before it puts anything off.
const beginning = (codec: Schema.Top, value: Schema.Top): Schema.Top => {
  const [exitParser, valueParser] = [compile(codec), compile(value)]
  const decode = SchemaParser.decodeUnknownEffect(codec)
  const decodes: Run = () => (input, _, options) => decode(input, options) as WithoutServices
  const encodes: Run = () => (exit, _, options) => {
    const encoder = encoderOf(exitParser, options)
    const whole = Effect.mapError(encoder.encode(exit), ({ issue }: Schema.SchemaError) => issue) as WithoutServices
    if (!Exit.isExit(exit) || !Exit.isSuccess(exit)) return whole
    const begun: Effect.Effect<Begun, Schema.SchemaError, any> = encoderOf(valueParser, options).begin(exit.value)
    const onBegun = ({ deferrals, encoded }: Begun): WithoutServices => {
      // A value that is left out, or `null`, is the exit's to say.
      if (encoded === undefined || encoded === null) return whole
      const success = { _tag: "Success", value: encoded }
      return deferrals.isEmpty ? Exit.succeed(success) : keep(encoder, exit, { encoded: success, deferrals })
    }
    if (Exit.isExit(begun) && Exit.isSuccess(begun)) return onBegun(begun.value as Begun)
    return Effect.matchEffect(begun, { onSuccess: onBegun, onFailure: () => whole }) as WithoutServices
  }
  const none = undefined
  return Schema.make<Schema.Top>(new SchemaAST.Declaration([], decodes, none, none, none, none, none, encodes))
}

type Run = ConstructorParameters<typeof SchemaAST.Declaration>[1]
// The type of a declaration's `run` knows no services; a parser may need some all the same.
type WithoutServices = Effect.Effect<unknown, SchemaIssue.Issue>

const keep = (encoder: Encoder, exit: unknown, begun: Begun): Effect.Effect<BegunExit> =>
  Effect.map(Effect.context<never>(), (context) => new BegunExit(encoder, exit, begun, context))
