import { expect, it } from 'vitest'
import { toBaseUrl } from './base-url.ts'

it('takes an address with or without a path, and drops what does not belong to it', () => {
  expect(toBaseUrl('http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080')
  expect(toBaseUrl('http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080')
  expect(toBaseUrl('https://a.example/safelight/?x=1#y')).toBe('https://a.example/safelight')
})

it('refuses what cannot be asked', () => {
  expect(() => toBaseUrl(undefined)).toThrow('baseUrl is needed')
  expect(() => toBaseUrl('ftp://a.example')).toThrow('http')
  expect(() => toBaseUrl('gpu-1:8080')).toThrow(TypeError)
})
