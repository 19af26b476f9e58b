/** The library's service itself, for what runs inside an Effect. */
import { Context, Effect, Exit, Layer, Scope } from "effect"
import type * as LayerModule from "../../src/Layer.ts"
import type * as SerializationModule from "../../src/Serialization.ts"
import { sourceUrl } from "./library.ts"

/** Built from the same copy of the library as everything else. */
export const loadService = async (layerOptions: object = {}) => {
  const { layer } = (await import(sourceUrl("Layer"))) as typeof LayerModule
  const { Serialization } = (await import(sourceUrl("Serialization"))) as typeof SerializationModule
  const scope = Scope.makeUnsafe()
  const context = await Effect.runPromise(Layer.buildWithScope(layer(layerOptions), scope))
  const service = Context.get(context, Serialization)
  return { service, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}
