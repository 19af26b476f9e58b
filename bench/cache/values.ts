/** Values of the cache's benchmarks. */

const record = (i: number) => ({ id: i, name: `name ${i}`, active: i % 2 === 0, score: i / 7, tags: ["a", "b"] })

/** About as many bytes of JSON. */
export const valueOf = (bytes: number) => Array.from({ length: Math.round(bytes / 85) }, (_, i) => record(i))
