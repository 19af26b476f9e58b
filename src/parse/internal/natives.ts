/** What the engine works with, captured at load: nobody's patch can break it. */
import { realTimers } from "../../internal/turns/realTimers.ts"

type Reviver = (this: any, key: string, value: any, context: { readonly source?: string }) => any

export const parseJson = JSON.parse as (text: string, reviver?: Reviver) => unknown

/** Milliseconds, also where a test has put a clock of its own in the place of the global one. */
export const now = (): number => realTimers.now()
