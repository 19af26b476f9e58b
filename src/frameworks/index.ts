/**
 * The frameworks that people have: large JSON answers do not block the event loop, with one line changed. Nothing of a framework is
 * imported.
 *
 * @since 0.1.0
 */
export { expressJson, type ExpressRequest, type ExpressResponse } from "./ExpressJson.ts"
export { fastifyJson, type FastifyInstance } from "./FastifyJson.ts"
export type { FrameworkOptions } from "./FrameworkOptions.ts"
export { honoJson, type HonoContext } from "./HonoJson.ts"
export { jsonResponse, type JsonResponseInit, type JsonResponseOptions } from "./JsonResponse.ts"
export { koaJson, type KoaContext } from "./KoaJson.ts"
