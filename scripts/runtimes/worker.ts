/** The conformance script, on workerd: in slices, the layer built inside of the handler. */
import { SerializationLayer } from "effect-serialization"
import { answersConformance } from "./answers.ts"
import { conformance } from "./conformance.ts"
import { parseConformance } from "./parse.ts"

export default {
  async test(): Promise<void> {
    const serialized = await conformance(["sliced", "sync"], SerializationLayer.layerSliced())
    const parsed = parseConformance()
    const answers = await answersConformance("sliced", SerializationLayer.layerSliced())
    const parts = [serialized, parsed, answers]
    const checked = parts.reduce((sum, part) => sum + part.checked, 0)
    const failures = parts.flatMap((part) => part.failures)
    console.log(failures.length === 0 ? `${checked} as on Node` : failures.join("\n"))
    if (failures.length > 0) throw new Error("not as on Node")
  }
}
