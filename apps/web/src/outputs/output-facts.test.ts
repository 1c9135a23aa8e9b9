import type { OutputView } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { pickFirst, toFactsLine } from './output-facts.ts'

function toOutput(patch: Partial<OutputView>): OutputView {
  return {
    id: 'o',
    job_id: 'j',
    node_id: '9',
    name: 'safelight_00001_.png',
    type: 'image',
    content_type: 'image/png',
    size_bytes: 1_300_000,
    hash: 'blake3:00',
    url: 'http://127.0.0.1/o',
    url_expires_at: '2030-01-01T00:00:00.000Z',
    ...patch,
  }
}

describe('an output', () => {
  it('is named by its ending and its size', () => {
    expect(toFactsLine(toOutput({}))).toBe('PNG · 1.2 MB')
  })

  it('is named by its type when the name has no ending', () => {
    expect(
      toFactsLine(toOutput({ name: 'notes', content_type: 'text/plain; charset=utf-8' })),
    ).toBe('PLAIN · 1.2 MB')
  })

  it('is shown first when it is what people came for', () => {
    const text = toOutput({ id: 'text', type: 'text' })
    const first = toOutput({ id: 'first' })
    expect(pickFirst([text, first, toOutput({ id: 'second' })])).toBe(first)
    expect(pickFirst([text])).toBe(text)
    expect(pickFirst([])).toBeNull()
  })
})
