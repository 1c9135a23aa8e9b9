/**
 * Objects whose members have foreign names: nodes, inputs, metadata. `z.record` makes a copy that lacks a member
 * called `__proto__`. To look into one: `memberOf`, in graph-shape.ts.
 */
import { z } from 'zod'
import { isJsonObject } from './graph-shape.ts'

/** An object of JSON with any members; it stays the very object that was given. */
export const jsonObjectSchema = z
  .unknown()
  .refine(isJsonObject, { error: 'must be an object' })
  // refined to just that
  .meta({ type: 'object', additionalProperties: {} }) as z.ZodType<
  Record<string, unknown>,
  Record<string, unknown>
>
