/**
 * Counting for programs without Effect. All calls share one instance for the whole process, made at the first one and
 * configured by the environment (`TOKENS_MODEL`, `TOKENS_ENCODING`, `TOKENS_IDLE_TIMEOUT`, `TOKENS_FALLBACK`).
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { checkSignal } from "../internal/options/validate.ts"
import { onShutdown } from "../internal/turns/shutdownHooks.ts"
import { estimate } from "./internal/service.ts"
import { estimatingOfCall, invalidTokensOptions } from "./internal/settings.ts"
import { type TokenCount, Tokens, type TokensCallOptions } from "./Tokens.ts"

/**
 * Options of a count that may be aborted.
 *
 * @category models
 * @since 0.1.0
 */
export interface CountTokensOptions extends TokensCallOptions {
  /** Stops the count, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const makeInstance = () => ManagedRuntime.make(Tokens.layerConfig())

let shared: ReturnType<typeof makeInstance> | undefined

/**
 * Counts the tokens of a text on the tokens thread of this process. Rejects with a `TokensError`, or with the reason of
 * the signal.
 *
 * **Gotchas**
 *
 * The first call reads the environment, and rejects with a `ConfigError` if something there is not what an option can
 * be. The thread ends after five idle minutes and never keeps the process alive; {@link shutdownTokens} ends it at
 * once.
 *
 * **Example** (A count for a model)
 *
 * ```ts
 * import { countTokensAsync, estimateTokens } from "effect-serialization/tokens"
 *
 * const { exact, tokens } = await countTokensAsync("Hello, world!", { model: "gpt-5" })
 * tokens // => 4
 * exact // => true
 * estimateTokens("Hello, world!") // => 4
 * ```
 *
 * @category counting
 * @since 0.1.0
 */
export const countTokensAsync = async (text: string, options?: CountTokensOptions): Promise<TokenCount> => {
  const signal = options?.signal
  const message = checkSignal(signal)
  if (message !== undefined) throw invalidTokensOptions(message)
  signal?.throwIfAborted()
  shared ??= makeInstance()
  onShutdown(shutdownTokens)
  const exit = await shared.runPromiseExit(
    Tokens.use((tokens) => tokens.count(text, options)),
    { signal }
  )
  if (Exit.isSuccess(exit)) return exit.value
  // An interruption says nothing of its cause. A call that has failed by itself keeps its error.
  throw signal?.aborted === true && Cause.hasInterruptsOnly(exit.cause) ? signal.reason : Cause.squash(exit.cause)
}

/**
 * About how many tokens a text has, at once: no thread, no table, some 50 MB a second. Where the model is not known it
 * estimates for `o200k_base`.
 *
 * @category counting
 * @since 0.1.0
 */
export const estimateTokens = (text: string, options?: TokensCallOptions): number =>
  estimate(text, estimatingOfCall({ model: undefined, encoding: undefined, models: [] }, options))

/**
 * Ends the tokens thread of this process. The next count starts a new one. `shutdownSerializationPool` does it too.
 *
 * @category resource management
 * @since 0.1.0
 */
export const shutdownTokens = async (): Promise<void> => {
  const ended = shared
  shared = undefined
  await ended?.dispose()
}
