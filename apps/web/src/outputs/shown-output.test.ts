import { describe, expect, it } from 'vitest'
import { readBoundedText } from './shown-output.tsx'

describe('a bounded text', () => {
  it('is the whole text when that is short', async () => {
    expect(await readBoundedText(new Response('a lighthouse'), 12)).toEqual({
      text: 'a lighthouse',
      cut: false,
    })
  })

  it('ends at the bound and asks for no more', async () => {
    let asked = 0
    const endless = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          asked += 1
          controller.enqueue(new TextEncoder().encode('0123456789'))
        },
      },
      { highWaterMark: 0 },
    )
    expect(await readBoundedText(new Response(endless), 25)).toEqual({
      text: '0123456789012345678901234'.slice(0, 25),
      cut: true,
    })
    expect(asked).toBe(3)
  })

  it('never ends in half a letter', async () => {
    expect(await readBoundedText(new Response('ääää'), 5)).toEqual({ text: 'ää', cut: true })
  })

  it('is empty when there is nothing', async () => {
    expect(await readBoundedText(new Response(null), 10)).toEqual({ text: '', cut: false })
  })
})
