import { describe, expect, it } from 'vitest'
import {
  parseStoredTrace,
  parseTraceparent,
  parseTracestate,
  readTraceHeaders,
  toStoredTrace,
  toTraceparent,
} from './trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const PARENT = `00-${TRACE}-${SPAN}-01`

describe('a traceparent', () => {
  it('is read and written', () => {
    expect(parseTraceparent(PARENT)).toEqual({ traceId: TRACE, spanId: SPAN, flags: 1 })
    expect(toTraceparent({ traceId: TRACE, spanId: SPAN, flags: 0 })).toBe(`00-${TRACE}-${SPAN}-00`)
  })

  it('of a later version is read as far as it is known', () => {
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-03-what-comes`)).toMatchObject({ flags: 1 })
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-00`)).toMatchObject({ flags: 0 })
  })

  it.each([
    undefined,
    '',
    TRACE,
    `${PARENT}-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${SPAN}`,
    ` ${PARENT}`,
    `cc-${TRACE}-${SPAN}-01-${'x'.repeat(300)}`,
  ])('that is none is ignored: %s', (header) => {
    expect(parseTraceparent(header)).toBeNull()
  })
})

describe('a tracestate', () => {
  it('is passed on without what means nothing', () => {
    expect(parseTracestate('rojo=00f067aa0ba902b7, ,congo=t61rcWkgMzE')).toBe(
      'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    )
  })

  it.each([undefined, '', ',', 'novalue', 'a=b\u0000', `a=${'x'.repeat(600)}`, 'A=1'])(
    'that is none, or too long, is left out: %s',
    (header) => {
      expect(parseTracestate(header)).toBeNull()
      expect(readTraceHeaders({ traceparent: PARENT, tracestate: header })?.state).toBeNull()
    },
  )

  it('has no more members than the standard allows', () => {
    const members = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join(',')
    expect(parseTracestate(members(32))).toBe(members(32))
    expect(parseTracestate(members(33))).toBeNull()
  })
})

it('comes out of a record as it went in, and what a record should not hold is no trace', () => {
  const alone = { traceId: TRACE, spanId: SPAN, flags: 1, state: null }
  const withState = { ...alone, flags: 0, state: 'a=1,b=x y' }
  for (const context of [alone, withState])
    expect(parseStoredTrace(toStoredTrace(context))).toEqual(context)
  for (const stored of [null, '', 'x', '{}']) expect(parseStoredTrace(stored)).toBeNull()
})
