/** White space as JSON has it. */
export const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09

/** White space, and what the grammar has around values. */
export const isDelimiter = (unit: number): boolean =>
  isBlank(unit) || unit === 0x2c || unit === 0x5d || unit === 0x7d || unit === 0x5b || unit === 0x7b || unit === 0x3a
