/** For threads that are to count: on a busy machine they take longer to load their table than they may by default. */
export const patient = { taskTimeout: "2 minutes" } as const
