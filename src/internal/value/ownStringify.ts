/**
 * Marks the functions in which this library calls `JSON.stringify`, so that a stack tells our calls from those of user
 * code.
 *
 * The mark is the name that V8 prints for a function. It is set when the module loads, so no bundler, minifier or other
 * file name changes it. Calls cost the same with it.
 */
const mark = "effectSerializationStringify"

/** Marks a function that calls `JSON.stringify` itself, not through another function. */
export const marked = <F extends Function>(caller: F): F => Object.defineProperty(caller, "name", { value: mark })

/** Whether a line of a stack belongs to a marked function. */
export const isMarked = (line: string): boolean => line.startsWith(`    at ${mark} (`)
