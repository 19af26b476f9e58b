/**
 * JSON over HTTP without blocking the event loop: responses, requests, `HttpApi` and RPC.
 *
 * @since 0.1.0
 */
export * as HttpApiJson from "./HttpApiJson.ts"
export * as HttpJson from "./HttpJson.ts"
export * as RpcJson from "./RpcJson.ts"
