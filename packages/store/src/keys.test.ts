import { expect, it } from 'vitest'
import { createKeys } from './keys.ts'

/** Every key and channel, with sample arguments. */
function allNames(namespace: string): string[] {
  return Object.values(createKeys(namespace))
    .map((name) => (typeof name === 'function' ? name('x') : name))
    .filter((name) => name !== namespace)
}

it('puts every name of a namespace into one hash slot', () => {
  for (const name of allNames('studio')) expect(name).toMatch(/^\{studio\}:/)
})

it('gives every key its own name', () => {
  const names = allNames('studio')
  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThan(10)
})

it('keeps two namespaces apart', () => {
  const other = new Set(allNames('other'))
  expect(allNames('studio').filter((name) => other.has(name))).toEqual([])
})

it('keeps our scripts away from the keys of the queue', () => {
  const { bullPrefix, ...ours } = createKeys('studio')
  const names = Object.values(ours).map((name) =>
    typeof name === 'function' ? name('jobs') : name,
  )
  expect(names.filter((name) => name.startsWith(bullPrefix))).toEqual([])
})
