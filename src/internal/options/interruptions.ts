/**
 * Calls that a domain makes on a service's behalf, partly without it: who stops one stops no job of the service, so it is told here. A
 * service of a program's own counts nothing.
 */
const listeners = new WeakMap<object, () => void>()

/** `listener` is called for each such call that was stopped. */
export const onInterruption = (service: object, listener: () => void): void => void listeners.set(service, listener)

/** A call on behalf of `service` was stopped before its end. */
export const tellInterruption = (service: object): void => listeners.get(service)?.()
