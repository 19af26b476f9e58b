/**
 * The frameworks that people have: large JSON answers and bodies do not block the event loop, with one line changed. Nothing of a
 * framework is imported.
 *
 * @since 0.1.0
 */
export { type ExpressBodyOptions, type ExpressBodyRequest, expressJsonBody } from "./ExpressBody.ts"
export { expressJson, type ExpressRequest, type ExpressResponse } from "./ExpressJson.ts"
export { type FastifyBodyInstance, type FastifyBodyOptions, fastifyJsonBody } from "./FastifyBody.ts"
export { fastifyJson, type FastifyInstance } from "./FastifyJson.ts"
export type { FrameworkOptions } from "./FrameworkOptions.ts"
export { type HonoBodyContext, type HonoBodyOptions, honoJsonBody } from "./HonoBody.ts"
export { honoJson, type HonoContext } from "./HonoJson.ts"
export { jsonBody, type JsonMessage } from "./JsonBody.ts"
export { jsonResponse, type JsonResponseInit, type JsonResponseOptions } from "./JsonResponse.ts"
export { koaJson, type KoaContext } from "./KoaJson.ts"
