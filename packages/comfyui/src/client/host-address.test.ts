import { expect, it } from 'vitest'
import { isSameAddress, toHostAddress } from './host-address.ts'

const SECRET = 'http://me:p%40ss@gpu/comfy/?token=hidden'

it('keeps the path and carries the query, with every call and on the socket', () => {
  const address = toHostAddress('https://gpu:8443/comfy/?token=t&gpu=1')
  expect(address.call('/queue').url).toBe('https://gpu:8443/comfy/queue?token=t&gpu=1')
  expect(address.call('/view?filename=a').url).toBe(
    'https://gpu:8443/comfy/view?filename=a&token=t&gpu=1',
  )
  expect(address.socket('a b').url).toBe('wss://gpu:8443/comfy/ws?clientId=a%20b&token=t&gpu=1')
})

it('sends its headers, and the credentials of the URL as one', () => {
  const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  const address = toHostAddress(SECRET, { 'x-pod': 'seven' })
  expect(address.call('/queue').headers).toEqual({ 'x-pod': 'seven', authorization })
  expect(address.socket('c').headers).toEqual({ 'x-pod': 'seven', authorization })
})

it('shows nothing secret to whoever looks at it', () => {
  const address = toHostAddress(SECRET, { authorization: 'Bearer hidden' })
  expect(JSON.stringify(address)).toBe('{"base":"http://gpu/comfy","isOpen":false}')
  expect(Object.values(address).join(' ')).not.toMatch(/hidden|p@ss|p%40ss/)
})

it('is open when nothing goes along', () => {
  expect(toHostAddress('http://gpu/comfy').isOpen).toBe(true)
  expect(toHostAddress('http://gpu', { 'x-pod': 'seven' }).isOpen).toBe(false)
  expect(toHostAddress('http://gpu?token=t').isOpen).toBe(false)
})

it('is the same only with the same credentials', () => {
  const one = toHostAddress('http://gpu/', { authorization: 'Bearer a' })
  expect(isSameAddress(one, toHostAddress('http://gpu', { authorization: 'Bearer a' }))).toBe(true)
  expect(isSameAddress(one, toHostAddress('http://gpu', { authorization: 'Bearer b' }))).toBe(false)
})

it.each(['ftp://gpu', 'gpu:8188', 'nonsense'])('refuses %s', (url) => {
  expect(() => toHostAddress(url)).toThrow(TypeError)
})
