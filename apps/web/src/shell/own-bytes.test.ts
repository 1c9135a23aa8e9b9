import { expect, it } from 'vitest'
import { toOwnBytes } from './own-bytes.ts'

it('asks our own server for content, and leaves every other address alone', () => {
  const content = 'http://here:8080/safelight/api/v2/assets/3f2a/content'
  const page = 'http://here:8080/jobs/1'
  expect(toOwnBytes(`${content}?w=256&expires=1&signature=ab`, page)).toBe(
    `${content}?w=256&expires=1&signature=ab&redirect=false`,
  )
  for (const other of ['http://here:8080/api/v2/assets/3f2a', '/api/v2/jobs', 'blob:http://x/1'])
    expect(toOwnBytes(other, page)).toBe(other)
})
