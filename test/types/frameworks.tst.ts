import { serve } from "@hono/node-server"
import {
  expressJson,
  expressJsonBody,
  fastifyJson,
  type FastifyBodyOptions,
  fastifyJsonBody,
  type FrameworkOptions,
  honoJson,
  honoJsonBody,
  jsonBody,
  jsonResponse,
  type JsonResponseInit,
  koaJson
} from "effect-serialization/frameworks"
import { makeSerializer } from "effect-serialization"
import express from "express"
import fastify, { type FastifyPluginAsync } from "fastify"
import { Hono } from "hono"
import Koa from "koa"
import { describe, expect, test } from "tstyche"

const serializer = makeSerializer()

describe("adapters fit the types of their frameworks", () => {
  test("Express", () => {
    const app = express()
    expect(app.use).type.toBeCallableWith(expressJson())
    expect(app.use).type.toBeCallableWith("/api", expressJson({ serializer, threshold: 1 }))
    expect(express.Router().use).type.toBeCallableWith(expressJson())
    expect(expressJson()).type.toBeAssignableTo<express.RequestHandler>()
  })
  test("Fastify", () => {
    const app = fastify()
    expect(app.register).type.toBeCallableWith(fastifyJson)
    expect(app.register).type.toBeCallableWith(fastifyJson, { serializer, threshold: 1 })
    expect(fastifyJson).type.toBeAssignableTo<FastifyPluginAsync<FrameworkOptions>>()
  })
  test("Hono", () => {
    const app = new Hono<{ Variables: { tenant: string } }>()
    expect(app.use).type.toBeCallableWith(honoJson())
    expect(app.use).type.toBeCallableWith("/api/*", honoJson({ serializer, threshold: 1 }))
    expect(serve).type.toBeCallableWith(app)
  })
  test("Koa", () => {
    const app = new Koa<{ tenant: string }>()
    expect(app.use).type.toBeCallableWith(koaJson())
    expect(app.use).type.toBeCallableWith(koaJson({ serializer, threshold: 1 }))
  })
  test("whatever answers with a Response", () => {
    expect(jsonResponse).type.toBeCallableWith([1], { status: 201, headers: { a: "b" }, pretty: true }, { buffer: 1 })
    expect(jsonResponse([1])).type.toBe<Promise<Response>>()
    expect<ResponseInit>().type.toBeAssignableTo<JsonResponseInit>()
  })
  test("bodies", () => {
    expect(express().use).type.toBeCallableWith(expressJsonBody())
    expect(express.Router().use).type.toBeCallableWith(expressJsonBody({ limit: "1mb", strict: false }))
    expect(expressJsonBody()).type.toBeAssignableTo<express.RequestHandler>()
    expect(fastify().register).type.toBeCallableWith(fastifyJsonBody, { maxDepth: 3 })
    expect(fastifyJsonBody).type.toBeAssignableTo<FastifyPluginAsync<FastifyBodyOptions>>()
    expect(new Hono<{ Variables: { tenant: string } }>().use).type.toBeCallableWith(honoJsonBody({ maxDepth: 3 }))
    expect(jsonBody).type.toBeCallableWith(new Response(), { signal: AbortSignal.abort() })
    expect(jsonBody(new Request("http://localhost"))).type.toBe<Promise<unknown>>()
  })
  test("options that there are not", () => {
    expect(expressJson).type.not.toBeCallableWith({ threshhold: 1 })
    expect(koaJson).type.not.toBeCallableWith({ threshold: "1" })
  })
})
