/**
 * A transcript of 20 MB, of which 5 of 2,000 messages are new: the others are fragments, whose text is there. The thread's own time
 * to bytes, beside `JSON.stringify` and encode of the plain messages. Rounds alternate; medians.
 */
import { Effect, ManagedRuntime } from "effect"
import { Fragment, Serialization, SerializationLayer } from "../../src/index.ts"
import { measure, settle } from "../hold.ts"
import { median } from "../stats.ts"

export interface TranscriptRow {
  readonly name: string
  /** Milliseconds. */
  readonly cpu: number
  readonly hold: number
}

const message = (i: number) => ({
  role: i % 2 === 0 ? "user" : "assistant",
  content: `text of message ${i}\n`.repeat(500)
})

export const measureTranscript = async (rounds: number): Promise<ReadonlyArray<TranscriptRow>> => {
  const runtime = ManagedRuntime.make(SerializationLayer.layer())
  const messages = Array.from({ length: 2_000 }, (_, i) => message(i))
  const kept = await runtime.runPromise(Effect.forEach(messages.slice(0, -5), (message) => Fragment.from(message)))
  const value = { messages: [...kept, ...messages.slice(-5)] }
  const ours = () => runtime.runPromise(Serialization.use((json) => Effect.asVoid(json.serializeToBytes(value))))
  const plain = async () => void new TextEncoder().encode(JSON.stringify({ messages }))
  const ways = [
    { name: "JSON.stringify and encode", run: plain, cpu: [] as Array<number>, hold: [] as Array<number> },
    { name: "fragments", run: ours, cpu: [] as Array<number>, hold: [] as Array<number> }
  ]
  for (let round = -1; round < rounds; round++) {
    for (const { cpu, hold, run } of ways) {
      await settle()
      const reading = await measure(run)
      if (round < 0) continue
      cpu.push(reading.cpu)
      hold.push(reading.hold)
    }
  }
  await runtime.dispose()
  return ways.map(({ cpu, hold, name }) => ({ name, cpu: median(cpu), hold: median(hold) }))
}
