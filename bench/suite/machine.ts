/** Sends what `results.ts` tells about the machine, as seen by the Node that runs this. */
import { machine } from "./results.ts"

process.send!(machine())
process.disconnect!()
