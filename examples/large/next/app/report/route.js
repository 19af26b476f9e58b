import { jsonResponse } from "effect-serialization/frameworks"
import { rows } from "../../rows.js"

export const dynamic = "force-dynamic"

/** `return jsonResponse(value)` stands where `return Response.json(value)` stood. */
export const GET = (request) =>
  process.argv.includes("plain") ? Response.json({ rows }) : jsonResponse({ rows }, { signal: request.signal })
