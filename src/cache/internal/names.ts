/**
 * Names, which entries depend on and invalidations speak of, and their generations.
 */
import type { Generations } from "../CacheStore.ts"

/** The name of a key. */
export const keyName = (key: string): string => `k:${key}`

/** The name of a tag. */
export const tagName = (tag: string): string => `t:${tag}`

/** The name that every entry depends on. */
export const everything = "*"

/** The key of a name, if it is one of a key. */
export const keyOf = (name: string): string | undefined => (name.startsWith("k:") ? name.slice(2) : undefined)

/** Names that one entry may depend on. */
export const mostNames = 256

/** The half of a generation that an invalidation which removes replaces. */
export const hardHalf = (generation: string): string => generation.slice(0, generation.indexOf("~"))

/** Whether a generation was made within an epoch, and not after a sequence. */
export const isNotAfter = (generation: string, epoch: string, sequence: number): boolean => {
  const [ofEpoch, made] = hardHalf(generation).split(".")
  return ofEpoch === epoch && Number(made) <= sequence && softSequence(generation) <= sequence
}

// The second half begins as `0`, and is a sequence and a nonce once it was replaced.
const softSequence = (generation: string): number => Number.parseInt(generation.slice(generation.indexOf("~") + 1), 10)

/** How a stamp stands to the generations of now. */
export const compare = (
  stamp: Generations,
  current: (name: string) => string | undefined
): "current" | "stale" | "gone" => {
  let result: "current" | "stale" = "current"
  for (const name of Object.keys(stamp)) {
    const stamped = stamp[name]!
    const now = current(name)
    if (now === stamped) continue
    if (now === undefined || hardHalf(now) !== hardHalf(stamped)) return "gone"
    result = "stale"
  }
  return result
}
