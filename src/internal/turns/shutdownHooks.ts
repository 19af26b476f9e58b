/**
 * What belongs to the process, made at a first call, and is to end with `shutdownSerializationPool`.
 */
const hooks = new Set<() => Promise<void>>()

/** Adds something to end. Adding it again changes nothing. */
export const onShutdown = (hook: () => Promise<void>): void => void hooks.add(hook)

/** Ends it all. */
export const runShutdownHooks = async (): Promise<void> => {
  await Promise.all(Array.from(hooks, (hook) => hook()))
}
