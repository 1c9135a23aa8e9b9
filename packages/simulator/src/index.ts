/** A ComfyUI that needs no GPU, and the launcher that finds or starts a Redis. */
export type { LaunchedRedis, RedisKind } from './launcher/launched-redis.ts'
export * from './launcher/redis.ts'
