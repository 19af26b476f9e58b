/** Effect's own data types, most of which have a `toJSON`. */
import {
  BigDecimal,
  ByteSize,
  Cause,
  Chunk,
  Context,
  Cron,
  Data,
  DateTime,
  Deferred,
  Duration,
  Effect,
  Exit,
  HashMap,
  HashSet,
  Layer,
  MutableHashMap,
  MutableRef,
  Option,
  Redacted,
  Ref,
  Result,
  Schedule,
  Schema,
  Stream,
  Trie
} from "effect"
import { casesOf, parityCase, type ParityCase } from "../parityCase.ts"

class Person extends Schema.Class<Person>("Person")({
  name: Schema.String,
  born: Schema.Date,
  nickname: Schema.Option(Schema.String)
}) {}

class NotFound extends Schema.TaggedError<NotFound>()("NotFound", { id: Schema.Number }) {}
class Denied extends Data.TaggedError("Denied")<{ readonly who: string; readonly tries: ReadonlyArray<number> }> {}
class Point extends Data.Class<{ readonly x: number; readonly y: number }> {}

const person = (name: string) => new Person({ name, born: new Date(0), nickname: Option.some("N") })

const values = casesOf("effect", {
  Option: () => [Option.some(1), Option.none(), Option.some({ a: Option.some([new Date(0)]) })],
  "Option at the root": () => Option.some({ a: 1 }),
  Result: () => ({ ok: Result.succeed([1]), no: Result.fail({ why: "x" }) }),
  Chunk: () => [Chunk.make(1, 2, 3), Chunk.empty(), Chunk.make(Option.some(1), { a: Chunk.of("x") })],
  "a long Chunk": () => Chunk.fromIterable(Array.from({ length: 5000 }, (_, i) => ({ i }))),
  "HashMap and HashSet": () => [
    HashMap.make(["a", 1], ["b", { c: Option.none() }]),
    HashSet.make(1, 2, 3),
    HashMap.empty()
  ],
  "a large HashMap": () => HashMap.fromIterable(Array.from({ length: 1000 }, (_, i) => [i, Option.some(`v${i}`)])),
  "MutableHashMap, MutableRef, Trie": () => [
    MutableHashMap.make(["a", 1]),
    MutableRef.make({ r: 1 }),
    Trie.make(["ab", 1], ["ac", 2])
  ],
  DateTime: () => [DateTime.makeUnsafe(0), DateTime.makeZonedUnsafe(1e12, { timeZone: "Europe/Rome" })],
  Duration: () => [Duration.seconds(90), Duration.infinity, Duration.nanos(123n), Duration.zero],
  Cause: () => [
    Cause.fail("x"),
    Cause.die(Object.assign(new Error("boom"), { code: 1 })),
    Cause.interrupt(1),
    Cause.empty
  ],
  Exit: () => [Exit.succeed({ a: [1] }), Exit.fail(new Denied({ who: "x", tries: [1, 2] })), Exit.void, Exit.die("d")],
  "Schema.Class": () => [person("Ada"), { people: [person("Bob")] }],
  "many Schema.Class instances": () => Array.from({ length: 300 }, (_, i) => person(`P${i}`)),
  "tagged errors": () => [new NotFound({ id: 1 }), new Denied({ who: "me", tries: [] })],
  "Data.Class": () => [new Point({ x: 1, y: 2 }), { nested: new Point({ x: NaN, y: -0 }) }],
  Redacted: () => ({ password: Redacted.make("secret"), list: [Redacted.make({ a: 1 })] }),
  BigDecimal: () => [BigDecimal.fromStringUnsafe("12.50"), BigDecimal.fromStringUnsafe("-1e100")],
  effects: () => [Effect.succeed(1), Effect.map(Effect.succeed(1), (n) => n + 1), Effect.fail("x")],
  "streams, layers, schedules": () => [Stream.make(1), Layer.empty, Schedule.forever],
  Context: () => Context.make(Context.Service<{ readonly a: number }>("A"), { a: 1 }),
  "Ref and Deferred": () => [Effect.runSync(Ref.make({ r: [1] })), Effect.runSync(Deferred.make())],
  Cron: () => Cron.parseUnsafe("0 4 * * MON"),
  schemas: () => [Schema.String, Schema.Struct({ a: Schema.Number }), Person],
  "an API's answer": () => ({
    data: Array.from({ length: 60 }, (_, i) => ({
      id: i,
      person: person(`P${i}`),
      seen: DateTime.makeUnsafe(i * 1e9),
      parent: i % 2 === 0 ? Option.some(i) : Option.none(),
      tags: Chunk.make("a", `t${i}`),
      took: Duration.millis(i)
    })),
    meta: HashMap.make(["page", 1])
  })
})

export const effectCases: ReadonlyArray<ParityCase> = [
  ...values,
  parityCase("effect: ByteSize holds a bigint", () => ({ size: ByteSize.kilobytes(1) }), { fails: "UnsupportedValue" })
]
