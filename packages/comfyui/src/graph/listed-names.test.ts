import { expect, it } from 'vitest'
import { parseFileChoices } from '../client/file-choices.ts'
import { withListedNames } from './listed-names.ts'

const choicesOf = (...names: string[]) =>
  parseFileChoices({ Loader: { input: { required: { model: [names] } } } }, { checksCombos: true })
const load = (model: string) =>
  `{ "1":{"class_type":"Loader","inputs":{"seed":18446744073709551615,"model":${model}}} }`
const written = (model: string, ...listed: string[]) => {
  const text = load(model)
  return withListedNames(text, JSON.parse(text), choicesOf(...listed))
}

it.each([
  { host: 'on Windows', given: '"sdxl/x.pt"', listed: ['sdxl\\x.pt'], sent: '"sdxl\\\\x.pt"' },
  { host: 'elsewhere', given: '"sdxl\\\\x.pt"', listed: ['sdxl/x.pt'], sent: '"sdxl/x.pt"' },
  {
    host: 'that lists both',
    given: '"sdxl/x.pt"',
    listed: ['sdxl\\x.pt', 'sdxl/x.pt'],
    sent: '"sdxl/x.pt"',
  },
  { host: 'that lists it not', given: '"sdxl/x.pt"', listed: ['y.pt'], sent: '"sdxl/x.pt"' },
  {
    host: 'that is given it wrapped',
    given: '{"__value__": "a/x.pt"}',
    listed: ['a\\x.pt'],
    sent: '{"__value__": "a\\\\x.pt"}',
  },
])('writes a name as a host $host lists it', ({ given, listed, sent }) => {
  expect(written(given, ...listed)).toBe(load(sent))
})

it('touches nothing that is no file of a list', () => {
  const text = '{"1":{"class_type":"Save","inputs":{"prefix":"a/b","links":["2",0],"odd":{}}}}'
  expect(withListedNames(text, JSON.parse(text), choicesOf('a\\b'))).toBe(text)
})
