/**
 * Objects whose members have foreign names: nodes, inputs, metadata. `z.record` makes a copy that lacks a member
 * called `__proto__`, and a plain look-up finds `constructor` where there is none: these are the ways around.
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

/** The member of that name, if the object has one of its own. */
export function memberOf<V>(object: Readonly<Record<string, V>>, name: string): V | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
