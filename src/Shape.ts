/**
 * What a text shows of a value that does not fit: the options of `truncate`, and what is told of what was left out.
 *
 * @since 0.1.0
 */
export type { NextPage, Omitted, Shape } from "./internal/options/shapeOptions.ts"
