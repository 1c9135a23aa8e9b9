import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createSecretBox, SecretsLocked } from './secret-box.ts'

const box = createSecretBox(randomBytes(32))
const text = '{"api_key_comfy_org":"correct-horse-é"}'

it('opens what it sealed, which shows nothing and is never the same twice', () => {
  const sealed = box.seal('job', text)
  expect(sealed).not.toContain('horse')
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('horse')
  expect(box.open('job', sealed)).toBe(text)
  expect(box.seal('job', text)).not.toBe(sealed)
})

it('does not open it for another job, with another key, without one, or changed', () => {
  const sealed = box.seal('job', text)
  expect(() => box.open('other', sealed)).toThrow(SecretsLocked)
  expect(() => createSecretBox(randomBytes(32)).open('job', sealed)).toThrow(SecretsLocked)
  expect(() => createSecretBox(null).open('job', sealed)).toThrow(SecretsLocked)
  expect(() => box.open('job', sealed.slice(0, 20))).toThrow(SecretsLocked)
  expect(() => box.open('job', `${sealed.slice(0, -4)}AAAA`)).toThrow(SecretsLocked)
})

it('leaves open what was stored before there was a key', () => {
  const plain = createSecretBox(null).seal('job', text)
  expect(plain).toBe(text)
  expect(box.open('job', plain)).toBe(text)
})
