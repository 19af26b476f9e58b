/**
 * What a job does with a text, by the options of its call.
 */
import type { Task } from "./job.ts"
import type { ParseOptions } from "./parseOptions.ts"
import type { Reading } from "./reading.ts"
import { ValueBuilder } from "./valueBuilder.ts"

export const valueTask = (reading: Reading, _options: ParseOptions): Task<unknown> => new ValueBuilder(reading)
