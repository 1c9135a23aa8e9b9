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
  ['one on Windows', '"sdxl/x.pt"', ['sdxl\\x.pt'], '"sdxl\\\\x.pt"'],
  ['one on another system', '"sdxl\\\\x.pt"', ['sdxl/x.pt'], '"sdxl/x.pt"'],
  ['one that lists both', '"sdxl/x.pt"', ['sdxl\\x.pt', 'sdxl/x.pt'], '"sdxl/x.pt"'],
  ['one that lists it not', '"sdxl/x.pt"', ['y.pt'], '"sdxl/x.pt"'],
  ['one, in a wrapped value', '{"__value__": "a/x.pt"}', ['a\\x.pt'], '{"__value__": "a\\\\x.pt"}'],
])('writes a name as a host lists it: %s', (_host, given, listed, expected) => {
  expect(written(given, ...listed)).toBe(load(expected))
})

it('touches nothing that is no file of a list', () => {
  const text = '{"1":{"class_type":"Save","inputs":{"prefix":"a/b","links":["2",0],"odd":{}}}}'
  expect(withListedNames(text, JSON.parse(text), choicesOf('a\\b'))).toBe(text)
})
