/**
 * Prompts and tool results within a budget, over `effect/ai`.
 *
 * @since 0.1.0
 */
export * from "./Ai.ts"
