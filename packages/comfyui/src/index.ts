/** ComfyUI's protocol: decode, HTTP client, prompt session, progress. Knows no jobs and no Redis. */
export * from './client/types.ts'
export * from './errors.ts'
export * from './protocol/features.ts'
export * from './protocol/host-message.ts'
export * from './session/types.ts'
