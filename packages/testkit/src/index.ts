/** One way to start a Redis; builders of jobs and events. Needs no test runner: the demo uses it, too. */
export * from './builders/new-job-view.ts'
export * from './builders/new-snapshot.ts'
export type { LaunchedRedis, RedisKind } from './redis/launched-redis.ts'
export * from './redis/redis.ts'
export * from './store/bodies.ts'
