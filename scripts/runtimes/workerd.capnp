using Workerd = import "/workerd/workerd.capnp";

const conformance :Workerd.Config = (
  services = [(name = "conformance", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")],
    compatibilityDate = "2026-11-01"
  ))]
);
