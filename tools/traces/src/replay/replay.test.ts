import { describe, expect, it } from 'vitest'
import { loadTrace, TRACE_VERSIONS, traceNames } from '../recordings.ts'
import { toFrames } from './frames.ts'
import { toGoldenText } from './golden-text.ts'
import { replayTrace } from './replay.ts'
import { parseTrace } from '../trace-format.ts'

/** How each scenario's prompts end, read from the recordings' descriptions. */
const OUTCOMES: Record<string, string[]> = {
  'delete-pending': ['succeeded', 'canceled'],
  'interrupt-running': ['canceled'],
  'node-error': ['failed'],
  'node-oom': ['failed'],
  'status-says-success': ['failed'],
  introspection: [],
  'invalid-graphs': [],
  'view-errors': [],
  '0.3.34/interrupt-other-id': ['canceled'], // it stops the wrong prompt
  '0.3.34/parallel-async': [], // that server does not know the nodes
  '0.33.0/jobs-api': ['canceled', 'canceled'], // the only one whose jobs API can cancel
  '0.3.34/duplicate-prompt-id': ['succeeded', 'succeeded'], // it mints ids of its own
}
const TWO_PROMPTS = ['cached-full', 'cached-partial', 'jobs-api', 'two-clients', 'two-queued']

function expectedOutcomes(name: string): string[] {
  const scenario = name.slice(name.indexOf('/') + 1)
  const usual = TWO_PROMPTS.includes(scenario) ? ['succeeded', 'succeeded'] : ['succeeded']
  return OUTCOMES[name] ?? OUTCOMES[scenario] ?? usual
}

describe('replay', () => {
  it.each(traceNames())('gives the events of %s', async (name) => {
    const { events, unknown } = replayTrace(loadTrace(name))
    expect([...unknown]).toEqual([])
    expect(events.flatMap((event) => (event.type === 'end' ? [event.outcome] : []))).toEqual(
      expectedOutcomes(name),
    )
    await expect(toGoldenText(events)).toMatchFileSnapshot(`golden/${name}.txt`)
  })

  it.each(traceNames())('never lets the bar of %s fall, or fill before the outputs', (name) => {
    const { events } = replayTrace(loadTrace(name))
    const last = new Map<string, number>()
    for (const event of events) {
      if (event.type !== 'progress') continue
      const { value, kind } = event.progress
      expect(value).toBeGreaterThanOrEqual(last.get(event.promptId) ?? 0)
      expect(value === 1).toBe(kind === 'complete')
      last.set(event.promptId, value)
    }
  })

  it.each(TRACE_VERSIONS)('shows every tick of a sampler exactly as %s sent it', (version) => {
    const trace = loadTrace(`${version}/success-txt2img`)
    const sent = toFrames(trace.lines).flatMap(({ message }) =>
      message.type === 'progress' ? [`${message.node} ${message.value}/${message.max}`] : [],
    )
    const shown = replayTrace(trace).events.flatMap((event) =>
      event.type === 'progress' &&
      event.progress.node?.class === 'KSampler' &&
      event.progress.node.max > 1
        ? [`${event.progress.node.id} ${event.progress.node.value}/${event.progress.node.max}`]
        : [],
    )
    expect(sent).toHaveLength(8)
    expect([...new Set(shown)]).toEqual(sent)
  })

  it('lists outputs as history does, whatever the socket said', () => {
    const { events } = replayTrace(loadTrace('0.33.0/finished-while-away'))
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      outcome: 'succeeded',
      outputs: [{ node_id: '3', filename: 'slow_00010_.png', subfolder: '', type: 'output' }],
    })
  })

  it('calls a prompt lost when the recording stops before its end', () => {
    const whole = loadTrace('0.33.0/success-core')
    const started = whole.lines.findIndex(
      (line) => line.ch === 'ws' && line.ev === 'text' && line.text.includes('execution_start'),
    )
    const { events } = replayTrace({ ...whole, lines: whole.lines.slice(0, started + 3) })
    expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'lost', outputs: [] })
    expect(events.some((event) => event.type === 'status' && event.phase === null)).toBe(false)
  })

  it('replays a prompt whose submission was not recorded', () => {
    const whole = loadTrace('0.33.0/success-core')
    const { events } = replayTrace({
      ...whole,
      lines: whole.lines.filter((line) => line.ch === 'ws'),
    })
    expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'succeeded' })
  })

  it('says which line is wrong', () => {
    expect(() => parseTrace('{"trace":1}\n{"t":1,"ch":"ws"}\n')).toThrow(/^line 2: /)
    expect(() => parseTrace('hello')).toThrow('line 1: not JSON')
    expect(() => parseTrace('')).toThrow('line 1: not a trace header')
  })
})
