/**
 * The options of the layers: their types, defaults and checks.
 */
import type * as Duration from "effect/Duration"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { Routing } from "../options/callOptions.ts"
import { isRouting, routings } from "../options/validate.ts"
import { count, duration, isCount, isObject, isShare, milliseconds, share, wrong } from "../options/validators.ts"
import type { TokensOptions } from "../options/tokenOptions.ts"
import type { WorkerPoolOptions } from "../pool/poolOptions.ts"

/**
 * Options of the layers.
 *
 * @category models
 * @since 0.1.0
 */
export interface LayerOptions extends WorkerPoolOptions {
  /** Tells the metrics of two layers apart. Default `"default"`. */
  readonly name?: string | undefined
  /**
   * Values with an estimated output below this many UTF-16 code units take plain `JSON.stringify`. A whole number from
   * 0 up, or `Infinity`. Default 1024.
   */
  readonly syncThreshold?: number | undefined
  /** Which thread makes the JSON. Default `"adaptive"`. */
  readonly routing?: Routing | undefined
  /**
   * Whether the calling thread takes over when a worker thread fails. Default `true`; `false` makes it an error,
   * `WorkerFailed`.
   */
  readonly fallback?: boolean | undefined
  /**
   * For how long all calls together may block the event loop in one turn (one iteration of it). More than zero, and
   * finite. Default 1 millisecond.
   */
  readonly turnBudget?: Duration.Input | undefined
  /**
   * The share of the calls at or above `syncThreshold` that go off the event loop, from 0 to 1. The rest stays on
   * `JSON.stringify`. A `SubscriptionRef` changes it while the program runs. Default 1, or 0 with `shadow`.
   */
  readonly rollout?: number | SubscriptionRef.SubscriptionRef<number> | undefined
  /**
   * Of the calls that the rollout leaves on `JSON.stringify`, the share that the library repeats after the answer. It
   * compares the two outputs, and for how long each blocks the event loop. Values with user code in them are skipped.
   * From 0 to 1. Default 0.
   */
  readonly shadow?: number | undefined
  /**
   * How tokens are counted for `maxTokens`, where the program provides no `Tokens`. Nothing is loaded or started before
   * a call asks for it.
   */
  readonly tokens?: TokensOptions | undefined
}

/** What is left of {@link LayerOptions} without the pool's, filled in in the same way. */
export interface EngineSettings {
  readonly name: string
  readonly syncThreshold: number
  readonly routing: Routing
  readonly fallback: boolean
  readonly turnBudget: number
  /** The share of calls that go off the event loop. */
  readonly rollout: number | SubscriptionRef.SubscriptionRef<number>
  readonly shadow: number
}

/** The settings of the engine, or what is wrong with the options. */
export const engineSettings = (options: LayerOptions = {}): EngineSettings | string => {
  if (!isObject(options)) return wrong("options", "an object", options)
  const {
    fallback = true,
    name = "default",
    routing = "adaptive",
    shadow = 0,
    syncThreshold = 1024,
    turnBudget = 1
  } = options
  // Shadow mode compares calls that stay on `JSON.stringify`: with it, all do unless something else is asked for.
  const rollout = options.rollout ?? (shadow > 0 ? 0 : 1)
  if (typeof name !== "string" || name === "") return wrong("name", "a string that is not empty", name)
  if (!isCount(syncThreshold)) return wrong("syncThreshold", count(0), syncThreshold)
  if (!isRouting(routing)) return wrong("routing", routings, routing)
  if (typeof fallback !== "boolean") return wrong("fallback", "true or false", fallback)
  const budget = milliseconds(turnBudget)
  if (budget === undefined || budget === 0 || budget === Infinity) {
    return wrong("turnBudget", `${duration}, more than zero and finite`, turnBudget)
  }
  if (!isShare(shadow)) return wrong("shadow", share, shadow)
  if (!isShare(rollout) && !SubscriptionRef.isSubscriptionRef(rollout)) {
    return wrong("rollout", `${share}, or a \`SubscriptionRef\` of one`, rollout)
  }
  return { name, syncThreshold, routing, fallback, turnBudget: budget, rollout, shadow }
}
