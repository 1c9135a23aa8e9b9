import { expect, it } from 'vitest'
import { readFileLists, type StoredFileChoices, writeFileLists } from './file-lists.ts'

const LIMIT = 512 * 1024
const toChoices = (
  classes: Record<string, Record<string, ReadonlySet<string>>>,
): StoredFileChoices =>
  new Map(
    Object.entries(classes).map(([name, inputs]) => [
      name,
      new Map(Object.entries(inputs).map(([input, names]) => [input, { names, strict: true }])),
    ]),
  )
const lorasOf = (count: number) =>
  new Set(Array.from({ length: count }, (_, at) => `styles/of-somebody/lora-${at}.safetensors`))

it('reads what it has written', () => {
  const names = new Set(['a.pt', 'ü/b.safetensors', 'c\\d.ckpt'])
  const choices = new Map([
    ['A', new Map([['x', { names, strict: true }]])],
    ['__proto__', new Map([['__proto__', { names: new Set(['None', ...names]), strict: false }]])],
    ['Empty', new Map([['x', { names: new Set<string>(), strict: true }]])],
  ])
  expect(readFileLists(writeFileLists(choices))).toEqual(choices)
})

it('writes the names of a long list once, in however many inputs and with however little beside them', () => {
  const loras = lorasOf(5_000)
  const withNone = new Set(['None', ...loras])
  const stacks = Object.fromEntries(
    Array.from({ length: 50 }, (_, at) => [`lora_${at}`, at < 4 ? new Set(loras) : withNone]),
  )
  const choices = toChoices({ LoraLoader: { lora_name: loras }, Stack: stacks })
  const json = writeFileLists(choices)
  expect(json.length).toBeLessThan(280_000)
  expect(readFileLists(json)).toEqual(choices)
})

it('leaves out the longest lists where there is no room for all', () => {
  const choices = toChoices({
    Few: { model: lorasOf(20) },
    Many: { lora_name: lorasOf(30_000), model: lorasOf(50) },
  })
  const json = writeFileLists(choices)
  expect(Buffer.byteLength(json)).toBeLessThan(LIMIT)
  const read = readFileLists(json)
  expect(read.get('Few')).toEqual(choices.get('Few'))
  expect([...(read.get('Many')?.keys() ?? [])]).toEqual(['model'])
})

it('stays small with any number of classes', () => {
  const names = lorasOf(3)
  const classes = Array.from({ length: 5_000 }, (_, at) => [`Loader ${at}`, { model: names }])
  const json = writeFileLists(toChoices(Object.fromEntries(classes)))
  expect(Buffer.byteLength(json)).toBeLessThan(LIMIT)
  expect(readFileLists(json).size).toBeGreaterThan(1_000)
})

it('refuses another text', () => {
  for (const json of ['7', '{}', '{"names":[1],"lists":[],"classes":[]}'])
    expect(() => readFileLists(json)).toThrow(/expected/)
  expect(() => readFileLists('{"no')).toThrow(/JSON/)
})
