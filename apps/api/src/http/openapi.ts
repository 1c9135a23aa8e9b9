/** `/openapi.json`, made from the same route table the server runs on. */
import {
  API_ERRORS,
  CONTRACT_VERSION,
  errorEnvelopeSchema,
  nativeEventSchema,
  nativeOpenSchema,
  nativePositionSchema,
  nativeSnapshotSchema,
  ssePreviewSchema,
  sseProgressSchema,
  sseStatusSchema,
  sseOutputSchema,
} from '@safelight/shared'
import { z } from 'zod'
import {
  type CreateDocumentOptions,
  createDocument,
  createSchema,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import type { ApiRoute } from './route.ts'

export type OpenApiDocument = ReturnType<typeof createDocument>

const OPTIONS: CreateDocumentOptions = {
  // answers may gain fields: a client made from this document must not refuse them
  override({ jsonSchema, io }) {
    if (io === 'output' && jsonSchema.additionalProperties === false) {
      delete jsonSchema.additionalProperties
    }
  },
}

export function toOpenApi(routes: readonly ApiRoute[]): OpenApiDocument {
  const document = createDocument(toSource(routes), OPTIONS)
  const schemas = { ...document.components?.schemas, ...toEventSchemas() }
  return { ...document, components: { ...document.components, schemas } }
}

/** No route refers to the payloads of server-sent events: OpenAPI 3.1 has no place for them. */
function toEventSchemas() {
  const events = z.union([
    sseStatusSchema,
    sseProgressSchema,
    sseOutputSchema,
    ssePreviewSchema,
    nativeOpenSchema,
    nativeSnapshotSchema,
    nativeEventSchema,
    nativePositionSchema,
  ])
  return createSchema(events, { io: 'output', openapiVersion: '3.1.0', opts: OPTIONS }).components
}

function toSource(routes: readonly ApiRoute[]): ZodOpenApiObject {
  const paths: ZodOpenApiPathsObject = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: toOperation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Safelight',
      version: CONTRACT_VERSION,
      description:
        'Comfy API v2 and a little more: submit a ComfyUI workflow, watch it, fetch what it made.',
    },
    security: [{ bearerAuth: [] }, {}],
    tags: [
      { name: 'jobs', description: 'One execution of a workflow: durable, pollable, cancelable.' },
      {
        name: 'dead letters',
        description: 'Jobs whose every attempt failed, kept until replayed or discarded.',
      },
      { name: 'hosts', description: 'The ComfyUI servers that run the jobs.' },
      { name: 'assets', description: 'What jobs made, and what was sent for them.' },
      { name: 'service', description: 'Health of this process.' },
    ],
    paths,
    components: {
      securitySchemes: { bearerAuth: { type: 'http', scheme: 'bearer' } },
    },
  }
}

function toOperation(route: ApiRoute): ZodOpenApiOperationObject {
  const { params, query, headers, body } = route.request
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    ...(route.isPublic && { security: [] }),
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query }),
      ...(headers && { header: headers }),
    },
    ...((body || route.form) && {
      requestBody: {
        required: !route.bodyIsOptional,
        content: {
          ...(route.form && { 'multipart/form-data': { schema: route.form } }),
          ...(body && { 'application/json': { schema: body } }),
        },
      },
    }),
    responses: toResponses(route),
  }
}

function toResponses({ success, alsoAnswers, errors }: ApiRoute): ZodOpenApiResponsesObject {
  const { description, schema, contentType } = success
  const responses: ZodOpenApiResponsesObject = {
    [`${success.status}`]: {
      description,
      ...(schema && { content: { 'application/json': { schema } } }),
      ...(contentType !== undefined && {
        content: { [contentType]: { schema: { type: 'string' as const } } },
      }),
    },
  }
  for (const [status, text] of Object.entries(alsoAnswers ?? {})) {
    responses[toStatusKey(status)] = { description: text }
  }
  for (const status of new Set(errors.map((code) => API_ERRORS[code]))) {
    const codes = errors.filter((code) => API_ERRORS[code] === status)
    responses[`${status}`] = {
      description: codes.map((code) => `\`${code}\``).join(', '),
      content: { 'application/json': { schema: errorEnvelopeSchema } },
    }
  }
  return responses
}

/** OpenAPI's type wants to see that a status has three digits. */
function toStatusKey(status: string): `${1 | 2 | 3 | 4 | 5}${string}` {
  // the table's keys are statuses
  return status as `${1 | 2 | 3 | 4 | 5}${string}`
}
