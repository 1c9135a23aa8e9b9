import { expect, it } from 'vitest'
import { readMemoryInfo } from './redis-memory.ts'

it.each([
  [
    '# Memory\r\nused_memory:1048576\r\nused_memory_startup:900000\r\nused_memory_human:1.00M\r\nmaxmemory:2097152\r\nmaxmemory_policy:noeviction\r\n',
    { used: 1_048_576, max: 2_097_152, startup: 900_000 },
  ],
  ['# Memory\r\nused_memory:7\r\nmaxmemory:0\r\n', { used: 7, max: 0, startup: 0 }],
  ['', { used: 0, max: 0, startup: 0 }],
])('reads what Redis says of its memory: %j', (info, use) => {
  expect(readMemoryInfo(info)).toEqual(use)
})
