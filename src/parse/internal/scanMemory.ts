/**
 * Where things are in the scanner's memory. The generator of the WebAssembly module reads this file, too.
 */

/** Levels of brackets that one scan tells apart. */
export const levels = 4096

/**
 * Bytes at which tables begin: the last comma of each level, the bracket that opened it, and the kinds of skipped
 * levels.
 */
export const commaTable = 0x1000
export const openTable = commaTable + 4 * (levels + 4)
export const kindTable = openTable + 4 * (levels + 4)

/** Levels for which a skipped bracket is compared with the one that opened it. */
export const seekLevels = 16_384

/** Where the text stands. */
export const windowStart = 0x10000

/** Units before the text, for a bracket written there. */
export const margin = 16

/** Units behind the text: a block of a scan may read so far. */
export const slack = 128
