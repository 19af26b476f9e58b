/**
 * Turns any JavaScript value into JSON without blocking the event loop: what most programs need of this library.
 *
 * @since 0.1.0
 */
export {
  makeSerializer,
  type Serializer,
  serializeAsync,
  serializeToBytesAsync,
  serializeToReadableStream,
  shutdownSerializationPool
} from "./Async.ts"
export type { CallOptions, StreamCallOptions } from "./Async.ts"
export { EventLoopMonitor, type EventLoopMonitorOptions, type EventLoopStats } from "./EventLoopMonitor.ts"
export { Health, type HealthOptions, type HealthRule, type HealthState, type HealthStatus } from "./Health.ts"
export { Fragment, InvalidFragment } from "./Fragment.ts"
export * as SerializationLayer from "./Layer.ts"
export { SerializationLive } from "./Layer.ts"
export * as Metrics from "./Metrics.ts"
export { preview, type Preview, type PreviewOptions } from "./preview.ts"
export * from "./Serialization.ts"
export type { NextPage, Omitted, Shape } from "./Shape.ts"
export * from "./SerializationError.ts"
export { WorkerPool, WorkerPoolError, type WorkerPoolOptions, type WorkerPoolStats } from "./WorkerPool.ts"
