/**
 * Calls as promises, straight from the engine. A fiber would cost a small document as much as `JSON.stringify`.
 *
 * There is no tracer here, and a call that ends at once costs one promise and no more.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { SerializationResult, SerializedBytes, SerializeOptions } from "../options/callOptions.ts"
import type { Engine } from "../engine/engine.ts"
import type { RunningCall } from "../engine/runningCall.ts"
import { invalidOptions } from "../errors/serializationErrors.ts"
import { checkSerializeOptions } from "../options/validate.ts"
import { bytesOutput, type Output, stringOutput } from "../output/output.ts"
import { Defect, type Outcome } from "../telemetry/outcome.ts"
import { resultOfBytes, resultOfText } from "./results.ts"

export class PromiseCalls {
  private readonly engine: Engine
  /** One for each call in flight, kept when the call has ended in any way. */
  private readonly running = new Set<Promise<void>>()

  constructor(engine: Engine) {
    this.engine = engine
  }

  serialize(value: unknown, options?: SerializeOptions, signal?: AbortSignal): Promise<SerializationResult> {
    return this.call(value, options, stringOutput, resultOfText, signal)
  }

  serializeToBytes(value: unknown, options?: SerializeOptions, signal?: AbortSignal): Promise<SerializedBytes> {
    return this.call(value, options, bytesOutput, resultOfBytes, signal)
  }

  /** Runs a call that the engine does not do alone. */
  async run<A, E>(effect: Effect.Effect<A, E>, signal: AbortSignal | undefined): Promise<A> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.running.add(promise)
    const exit = await Effect.runPromiseExit(effect, { signal })
    this.running.delete(promise)
    resolve()
    if (Exit.isSuccess(exit)) return exit.value
    // An interruption says nothing of its cause. A call that has failed by itself keeps its error.
    throw signal?.aborted === true && Cause.hasInterruptsOnly(exit.cause) ? signal.reason : Cause.squash(exit.cause)
  }

  /** Waits for the calls that are in flight now. */
  async settled(): Promise<void> {
    await Promise.all(this.running)
  }

  private call<A, B>(
    value: unknown,
    options: SerializeOptions | undefined,
    output: Output<A>,
    make: (outcome: Outcome, result: A) => B,
    signal: AbortSignal | undefined
  ): Promise<B> {
    return new Promise((resolve, reject) => {
      const message = checkSerializeOptions(options)
      if (message !== undefined) return reject(invalidOptions(message))
      let release: (() => void) | undefined
      const job = this.engine.serialize(value, options, output, (outcome, result) => {
        release?.()
        if (outcome.error === undefined) resolve(make(outcome, result))
        else reject(outcome.error instanceof Defect ? outcome.error.thrown : outcome.error)
      })
      if (job !== undefined) release = this.hold(job, signal, reject)
    })
  }

  // A call that goes on: it can be stopped, and a shutdown waits for it.
  private hold(job: RunningCall, signal: AbortSignal | undefined, reject: (reason: unknown) => void): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    const abort = () => {
      release()
      job.cancel()
      reject(signal!.reason)
    }
    const release = () => {
      signal?.removeEventListener("abort", abort)
      this.running.delete(promise)
      resolve()
    }
    this.running.add(promise)
    signal?.addEventListener("abort", abort, { once: true })
    // User code that ran meanwhile may have aborted it: then no event comes.
    if (signal?.aborted === true) abort()
    return release
  }
}
