/** `--input`, as people type it. */
import { describe, expect, it } from 'vitest'
import { parseWorkflow } from './read-workflow.ts'
import { readInputs } from './read-inputs.ts'
import { withInputs } from './with-inputs.ts'

const TEXT = `{
  "3": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "cfg": 7.0, "model": ["4", 0]}},
  "6": {"class_type": "Text", "inputs": {"text": "sea", "on": true, "any": null}},
  "10": {"class_type": "LoadImage", "inputs": {"image": "photo.png"}, "_meta": {"title": "Yours"}},
  "11": {"class_type": "LoadImage", "inputs": {"image": {"__type": "core/ASSET", "info": {"id": "a"}}}}
}`
const { workflow, ...rest } = parseWorkflow(TEXT, 'test')
const file = { label: 'test', workflow, ...rest }

function typed(setting: string) {
  return readInputs(workflow, [setting])[0]?.typed
}

describe('a value', () => {
  it('stays of the kind that stands there', () => {
    expect(typed('3.cfg=6.5')).toEqual({ kind: 'value', value: 6.5 })
    expect(typed('6.on=false')).toEqual({ kind: 'value', value: false })
    expect(typed('6.text=42')).toEqual({ kind: 'text', text: '42' })
    expect(typed('6.any=[1]')).toEqual({ kind: 'value', value: [1] })
    expect(typed('3.model=["5",1]')).toEqual({ kind: 'value', value: ['5', 1] })
    expect(() => typed('3.seed=many')).toThrow(
      "--input 3.seed=many: a number stands there, and 'many' is none",
    )
    expect(() => typed('6.on=1')).toThrow("it is true or false, not '1'")
  })

  it('may be a file, an address or an asset', () => {
    expect(typed('10.image=./a=b.png')).toEqual({ kind: 'text', text: './a=b.png' })
    expect(typed('11.image=b.png')).toEqual({ kind: 'text', text: 'b.png' })
    expect(typed('6.text=@notes.txt')).toEqual({ kind: 'file', path: 'notes.txt' })
    expect(typed('Yours.image=asset:1f')).toEqual({ kind: 'asset', assetId: '1f' })
    expect(typed('10.image=https://a.example/b.png')).toEqual({
      kind: 'value',
      value: 'https://a.example/b.png',
    })
  })

  it('of a node or an input that is not there is answered with those that are', () => {
    expect(() => typed('9.image=x')).toThrow(
      `--input 9.image: there is no node '9'; there are 3 KSampler, 6 Text, 10 LoadImage "Yours", 11 LoadImage`,
    )
    expect(() => typed('LoadImage.image=x')).toThrow('may be node 10, 11; use the id')
    expect(() => typed('10.picture=x')).toThrow(
      "node 10 LoadImage has no input 'picture'; it has image",
    )
    expect(() => typed('10.image')).toThrow("--input wants NODE.INPUT=VALUE, not '10.image'")
  })
})

it('changes what it names, and nothing else to the letter', () => {
  const value = { __type: 'core/ASSET', info: { id: 'b' } }
  const next = withInputs(file, [{ nodeId: '10', input: 'image', value }])
  expect(next.text).toBe(TEXT.replace('"photo.png"', JSON.stringify(value)))
  expect(next.fixed).toEqual([{ nodeId: '10', input: 'image' }])
  expect(file.workflow['10']?.inputs['image']).toBe('photo.png')
  const seeds = readInputs(workflow, ['3.seed=9007199254740993'])
  const values = seeds.map(({ place, typed }) => ({
    ...place,
    value: typed.kind === 'value' ? typed.value : null,
  }))
  expect(withInputs(file, values).text).toBe(
    TEXT.replace('18446744073709551615', '9007199254740993'),
  )
})
