/**
 * Marks the functions in which this library calls `JSON.stringify`, so that a stack tells its calls from those of user code.
 *
 * The mark is the name that V8 prints for a function, given when the module is loaded: no bundler, minifier or other file name
 * changes it. Calls cost the same with it.
 */
const mark = "effectSerializationStringify"

/** Marks a function that calls `JSON.stringify` itself, not through another function. */
export const marked = <F extends Function>(caller: F): F => Object.defineProperty(caller, "name", { value: mark })

/** Whether a line of a stack is of a marked function. */
export const isMarked = (line: string): boolean => line.startsWith(`    at ${mark} (`)
