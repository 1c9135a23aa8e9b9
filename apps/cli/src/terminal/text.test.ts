/** What strangers may make a terminal do: nothing. */
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { toPlainText } from '../plain-text.ts'
import { cutText, padText } from './text.ts'

describe('text from elsewhere', () => {
  it.each([
    ['a\u001B]0;title\u0007b', 'a ]0;title b'],
    ['one\r\ntwo\ttabs', 'one two tabs'],
    ['safe\u202Egnp.exe', 'safe gnp.exe'],
    ['\u009B2Jgone', '2Jgone'],
    ['line\u2028end\u0000', 'line end'],
  ])('cannot act on the terminal: %j', (text, plain) => {
    expect(toPlainText(text)).toBe(plain)
  })
})

describe('columns', () => {
  it.each([
    ['KSampler', 8],
    ['', 0],
    ['灯台', 4],
    ['🎨 Sampler', 10],
    ['👩‍🚀', 2],
    ['❤️', 2],
    ['e\u0301', 1],
    ['█▌░', 3],
  ])('of %j are %d', (text, width) => {
    expect(stringWidth(text)).toBe(width)
  })

  it('are kept to, whole characters at a time', () => {
    expect(cutText('lighthouse', 10)).toBe('lighthouse')
    expect(cutText('lighthouse', 6)).toBe('light…')
    expect(cutText('灯台と海', 6)).toBe('灯台…')
    expect(cutText('light house', 7)).toBe('light…')
    expect(cutText('x', 0)).toBe('')
    expect(padText('灯', 4)).toBe('灯  ')
    expect(padText('long', 2)).toBe('long')
  })
})
