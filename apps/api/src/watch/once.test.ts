import { expect, it } from 'vitest'
import { createOnce } from './once.ts'

it('writes each thing once in each form, also what is written as nothing', () => {
  const once = createOnce<string>()
  const [event, other] = [{}, {}]
  let writes = 0
  const write = (text: string) => () => {
    writes += 1
    return text
  }
  const all = [
    once(event, 'a', write('one')),
    once(event, 'a', write('never')),
    once(event, 'b', write('')),
    once(event, 'b', write('never')),
    once(other, 'a', write('two')),
  ]
  expect([all, writes]).toEqual([['one', 'one', '', '', 'two'], 3])
})
