/** What may be written where. */
import { expect, it } from 'vitest'
import { readSkills } from './terminal.ts'

it.each([
  [{ isTTY: true }, {}, { live: true, colors: true }],
  [{ isTTY: true }, { NO_COLOR: '' }, { live: true, colors: true }],
  [{ isTTY: true }, { NO_COLOR: '1' }, { live: true, colors: false }],
  [{ isTTY: true }, { TERM: 'dumb' }, { live: false, colors: false }],
  [{}, { TERM: 'xterm' }, { live: false, colors: false }],
])('%j with %j', (terminal, env, skills) => {
  expect(readSkills(terminal, env)).toEqual(skills)
})
