/** `--set`, as people type it. */
import { stringifyExact } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { setValues } from './set-values.ts'

const WORKFLOW = {
  '3': { class_type: 'KSampler', inputs: { seed: 1, cfg: 7, model: ['4', 0], 'a.b': 1 } },
  '4': { class_type: 'Loader', inputs: { name: 'x', flag: true } },
  '6': { class_type: 'Text', inputs: { text: 'sea' }, _meta: { title: 'Positive' } },
  '7': { class_type: 'Text', inputs: { text: 'blur' }, _meta: { title: 'v1.5 negative' } },
  '57:8': { class_type: 'Odd', inputs: { n: null } },
}

function set(...settings: string[]) {
  return setValues(WORKFLOW, settings).workflow
}

describe('a value', () => {
  it('is text where text was, whatever it looks like', () => {
    expect(set('6.text=a lighthouse', '4.name=42')).toMatchObject({
      '6': { inputs: { text: 'a lighthouse' } },
      '4': { inputs: { name: '42' } },
    })
    expect(set('6.text=')['6']?.inputs['text']).toBe('')
    expect(set('6.text=a=b')['6']?.inputs['text']).toBe('a=b')
  })

  it('is JSON elsewhere, and text when it is none', () => {
    expect(
      set('3.seed=42', '3.cfg=6.5', '4.flag=false', '57:8.n=["4",0]', '3.model=4'),
    ).toMatchObject({
      '3': { inputs: { seed: 42, cfg: 6.5, model: 4 } },
      '4': { inputs: { flag: false } },
      '57:8': { inputs: { n: ['4', 0] } },
    })
    expect(set('3.seed=many')['3']?.inputs['seed']).toBe('many')
  })

  it('is never another number than the one that was typed', () => {
    const { '3': sampler } = set('3.seed=18446744073709551615', '3.cfg=7.0', '3.a.b=[1e400]')
    expect(stringifyExact(sampler?.inputs)).toBe(
      '{"seed":18446744073709551615,"cfg":7.0,"model":["4",0],"a.b":[1e400]}',
    )
  })

  it('does not change the workflow that was given', () => {
    set('3.seed=42')
    expect(WORKFLOW['3'].inputs.seed).toBe(1)
  })
})

describe('a node', () => {
  it('is named by its id, its title or its class, and inputs may hold dots', () => {
    expect(
      setValues(WORKFLOW, ['Positive.text=a', 'KSampler.a.b=2', 'v1.5 negative.text=c']).places,
    ).toEqual([
      { nodeId: '6', input: 'text' },
      { nodeId: '3', input: 'a.b' },
      { nodeId: '7', input: 'text' },
    ])
  })

  it('must be one', () => {
    expect(() => set('Text.text=x')).toThrow("--set Text.text: 'Text' may be node 6, 7; use the id")
  })

  it('that is not there is answered with those that are', () => {
    expect(() => set('9.text=x')).toThrow(
      `--set 9.text: there is no node '9'; there are 3 KSampler, 4 Loader, 6 Text "Positive", 7 Text "v1.5 negative", 57:8 Odd`,
    )
    expect(() => set('constructor.x=1')).toThrow("no node 'constructor'")
  })

  it('has the inputs it has', () => {
    expect(() => set('3.sede=1')).toThrow(
      "--set 3.sede: node 3 KSampler has no input 'sede'; it has seed, cfg, model, a.b",
    )
    expect(() => set('3.__proto__=1')).toThrow('no input')
  })
})

it('says how it is written', () => {
  expect(() => set('6.text')).toThrow("--set wants NODE.INPUT=VALUE, not '6.text'")
  expect(() => set('=x')).toThrow('NODE.INPUT=VALUE')
  expect(() => set('text=x')).toThrow(
    '--set text: name a node and its input, e.g. 6.text; there are 3 KSampler',
  )
})

it('lists no more than anybody reads', () => {
  const many = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [String(n), { class_type: 'N', inputs: {} }]),
  )
  expect(() => setValues(many, ['x.y=1'])).toThrow(/19 N, 180 more$/)
})
