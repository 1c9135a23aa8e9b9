import { expect, it } from 'vitest'
import { hostIdOf } from './host-id.ts'

const idOf = (url: string) => hostIdOf(new URL(url))

it('is the address, with the port even when the URL leaves it out', () => {
  expect(idOf('http://gpu-1.lan:8188')).toBe('gpu-1.lan:8188')
  expect(idOf('http://gpu-1.lan/')).toBe('gpu-1.lan:80')
})

it('never shows credentials, and does not depend on them', () => {
  expect(idOf('http://user:secret@gpu-1.lan:8188')).toBe('gpu-1.lan:8188')
})

it('tells hosts apart that share an address', () => {
  const ids = [
    idOf('http://lab:80'),
    idOf('http://lab/a'),
    idOf('http://lab/b/'),
    idOf('https://lab:80'),
  ]
  expect(new Set(ids).size).toBe(4)
  expect(idOf('http://lab/b')).toBe(ids[2])
})
