/** The library has a worker file beside it: it stays outside of Next's bundles. */
export default {
  serverExternalPackages: ["effect-serialization"],
  turbopack: { root: import.meta.dirname + "/../../.." }
}
