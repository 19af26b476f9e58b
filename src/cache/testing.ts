/**
 * Stores for tests of caches: one in memory that several caches share, and stores that fail, hang, or are slow.
 *
 * Put one below `SerializedCache.layerNoStore`.
 *
 * @since 0.1.0
 */
export {
  layerStoreFailing,
  layerStoreHanging,
  layerStoreRecording,
  layerStoreSlow,
  makeStoreMemory,
  type SharedStoreMemory
} from "./internal/storeTesting.ts"
