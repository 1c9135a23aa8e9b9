import { expect, it } from 'vitest'
import { keepNeededFor } from './targets.ts'

it('keeps what an output needs, to the letter', () => {
  const a = '{"class_type":"A", "inputs":{"seed":18446744073709551615}}'
  const b = '{"class_type":"B","inputs":{"x":["a",0]}}'
  const text = ` {"a": ${a},\n "__proto__":${b}, "c":${b} }`
  expect(keepNeededFor(text, ['__proto__'])).toBe(`{"a":${a},"__proto__":${b}}`)
  expect(keepNeededFor(text, ['a'])).toBe(`{"a":${a}}`)
})
