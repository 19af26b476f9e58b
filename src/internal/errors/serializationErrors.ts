/**
 * Short constructors of errors, for the engine.
 */
import {
  CyclicValue,
  InvalidOptions,
  NestingTooDeep,
  OutputTooLong,
  SerializationError,
  SizeLimitExceeded,
  TokensFailed,
  UnsupportedValue,
  UserCodeFailed,
  WorkerFailed
} from "../../SerializationError.ts"
import type { TokensError } from "./tokensError.ts"
import type { WorkerPoolError } from "../pool/workerPoolError.ts"

export const cyclicValue = (pointer: string): SerializationError =>
  new SerializationError({ reason: new CyclicValue({ pointer }) })

export const unsupportedValue = (pointer: string, type: string): SerializationError =>
  new SerializationError({ reason: new UnsupportedValue({ pointer, type }) })

export const userCodeFailed = (pointer: string, cause: unknown): SerializationError =>
  new SerializationError({ reason: new UserCodeFailed({ pointer, cause }) })

export const sizeLimitExceeded = (maxSize: number, unit: "characters" | "bytes" | "tokens"): SerializationError =>
  new SerializationError({ reason: new SizeLimitExceeded({ maxSize, unit }) })

export const outputTooLong = (): SerializationError => new SerializationError({ reason: new OutputTooLong({}) })

export const nestingTooDeep = (): SerializationError => new SerializationError({ reason: new NestingTooDeep({}) })

export const invalidOptions = (message: string): SerializationError =>
  new SerializationError({ reason: new InvalidOptions({ message }) })

export const workerFailed = (cause: WorkerPoolError): SerializationError =>
  new SerializationError({ reason: new WorkerFailed({ cause }) })

export const tokensFailed = (cause: TokensError): SerializationError =>
  new SerializationError({ reason: new TokensFailed({ cause }) })
