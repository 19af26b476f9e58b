/**
 * How much is tested: `npm test` is quick, `npm run test:all` leaves nothing out.
 *
 * Quick means fewer generated values, each large value or padding on one route instead of on all, and no values of a hundred megabytes.
 */

/** Vitest's `--mode all`. */
export const isAll = process.env["MODE"] === "all"

/** Of so many generated values, how many are tried. */
export const generated = (runs: number): number => (isAll ? runs : Math.ceil(runs / 10))
