/** The conformance script, on workerd: in slices, the layer built inside of the handler. */
import { SerializationLayer } from "effect-serialization"
import { conformance } from "./conformance.ts"

export default {
  async test(): Promise<void> {
    const { checked, failures } = await conformance(["sliced", "sync"], SerializationLayer.layerSliced())
    console.log(failures.length === 0 ? `${checked} as on Node` : failures.join("\n"))
    if (failures.length > 0) throw new Error("not as on Node")
  }
}
