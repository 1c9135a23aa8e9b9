/** One line per job, in whatever room there is. */
import { toJobDisplay, type JobUpdate } from '@safelight/client'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { toEndNote, toJobLine } from './job-line.ts'
import { createPaint } from './paint.ts'
import { endedUpdate, queuedUpdate, runningUpdate } from './testing/updates.ts'

function line(
  update: JobUpdate | null,
  width = 120,
  { label = 'lighthouse', colors = false } = {},
) {
  const job = toJobDisplay(update, { now: update?.movedAt ?? 0 })
  const note = update && toEndNote(update.snapshot, job)
  const style = { width, labelWidth: 12, paint: createPaint(colors) }
  return toJobLine({ label, job, note }, style)
}

describe('a line', () => {
  it('says how far the job is, what it does and how long it will take', () => {
    const text = line(runningUpdate())
    expect(text).toMatch(/^● lighthouse {4}█{11}░{11} {3}50%/)
    expect(text).toContain('  step 10/20  ')
    expect(text).toContain('Sampler (KSampler)')
    expect(text).toMatch(/about 8 s left$/)
  })

  it('names the nodes where there is room', () => {
    expect(line(runningUpdate(), 160)).toContain('3 of 7 nodes')
    expect(line(runningUpdate(), 90)).not.toContain('of 7 nodes')
  })

  it('does not say the same step twice, but says a different one', () => {
    expect(line(runningUpdate()).match(/10\/20/g)).toHaveLength(1)
    const node = { id: '3', class: 'KSampler', title: null, value: 3, max: 5 }
    expect(line(runningUpdate({ node }))).toContain('KSampler 3/5')
  })

  it('moves in eighths of a column', () => {
    const bars = [0, 0.01, 0.5, 0.51, 1].map(
      (value) => line(runningUpdate({ value })).match(/[█▏▎▍▌▋▊▉░]+/)?.[0],
    )
    expect(new Set(bars).size).toBe(5)
    expect(bars.map((bar) => stringWidth(bar ?? ''))).toEqual([22, 22, 22, 22, 22])
    expect(bars[4]).toBe('█'.repeat(22))
  })

  it('says which attempt it is, when it is not the first', () => {
    expect(line(runningUpdate({}, { attempt: 2 }))).toContain('  Attempt 2  ')
    expect(line(runningUpdate({}, { attempt: 1 }))).not.toContain('Attempt')
  })

  it('says where in line the job is', () => {
    expect(line(queuedUpdate(2))).toMatch(/^○ .* {3}0% {2}Queued · #3/)
  })

  it('says how the job came out', () => {
    expect(line(endedUpdate())).toMatch(/^✓ .* 100% {2}Complete {6}0 outputs in 14 s$/)
    const error = { code: 'out_of_memory', message: 'CUDA\nout of memory' } as const
    expect(line(endedUpdate({ status: 'failed', error }), 160)).toMatch(
      /^✗ .* 50% {2}Failed {8}The host ran out of memory.* CUDA out/,
    )
    expect(line(endedUpdate({ status: 'canceled' }))).toMatch(/^– .*Canceled$/)
    const nodes = { '1': 'done', '3': 'skipped', '4': 'skipped' } as const
    expect(line(endedUpdate({ nodes }))).toMatch(/0 outputs in 14 s, 2 nodes skipped$/)
    const partly = { '1': 'failed', '3': 'blocked', '4': 'blocked' } as const
    expect(line(endedUpdate({ nodes: partly }))).toMatch(/1 node failed, 2 nodes blocked$/)
  })

  it('says what a node does besides its steps, and the steps once', () => {
    const node = { id: '3', class: 'KSampler', title: null, value: 10, max: 20 }
    const looping = { ...node, detail: 'Iteration 2 / 3' }
    const shown = line(runningUpdate({ node: looping, step: 10, steps: 20 }), 160)
    expect(shown).toContain('KSampler, Iteration 2 / 3')
    const loading = { ...node, value: 0, max: 1, detail: 'loading model' }
    expect(line(runningUpdate({ node: loading }), 160)).toContain('KSampler, loading model')
  })

  it('is there before anything is known', () => {
    expect(line(null)).toMatch(/^◌ lighthouse .* {4}– {2}Connecting$/)
  })

  it('says why nothing moves', () => {
    const update = { ...runningUpdate(), movedAt: Date.now() - 120_000 }
    const job = toJobDisplay(update, { now: Date.now() })
    const style = { width: 140, labelWidth: 12, paint: createPaint(false) }
    expect(toJobLine({ label: 'x', job, note: null }, style)).toMatch(/^! .*Stalled .*2 min/)
  })
})

describe('the room there is', () => {
  const wild = { id: '3', class: 'KSampler', title: '🎨 灯台 '.repeat(9), value: 10, max: 20 }
  const updates = [
    runningUpdate(),
    runningUpdate({ node: wild }),
    queuedUpdate(1_234),
    endedUpdate(),
    endedUpdate({ status: 'failed', error: { code: 'internal', message: 'why '.repeat(60) } }),
    null,
  ]

  it.each(Array.from({ length: 30 }, (_, n) => 12 + n * 6))('is kept to: %d columns', (width) => {
    const wide = updates
      .map((update) => line(update, width, { label: 'a label that is far too long' }))
      .filter((text) => stringWidth(text) > width)
    expect(wide).toEqual([])
  })

  it('has a bar from 44 columns on, and percent and badge always', () => {
    for (const width of [32, 44, 59, 60, 80]) {
      const text = line(runningUpdate(), width)
      expect(text).toMatch(/ 50% {2}\w+/)
      expect(text.includes('█')).toBe(width >= 44)
    }
    expect(line(runningUpdate(), 59)).toContain('step 10/20')
  })

  it('goes to which image of a batch it is before the name', () => {
    const metadata = { batch_index: 2, batch_count: 4 }
    const job = toJobDisplay(runningUpdate({}, { metadata }), { now: 0 })
    const row = { label: 'text-to-image', job, note: null }
    const style = { labelWidth: 28, paint: createPaint(false) }
    expect(toJobLine(row, { ...style, width: 110 })).toContain('● text-to-image · Image 2 of 4  █')
    expect(toJobLine(row, { ...style, width: 80 })).toContain('● text-to-… · Image 2 of 4  █')
  })

  it('may be without end', () => {
    const text = line(runningUpdate(), Number.POSITIVE_INFINITY)
    expect(text).toMatch(/3 of 7 nodes {2}Sampler \(KSampler\) {2}about 8 s left$/)
  })
})

describe('colours', () => {
  it('are the badge’s, and change no letter', () => {
    const colored = line(runningUpdate(), 120, { colors: true })
    expect(colored).toContain('\u001B[36m')
    expect(colored.replace(/\p{Cc}\[\d+m/gu, '')).toBe(line(runningUpdate()))
    expect(line(runningUpdate())).not.toContain('\u001B')
  })

  it('cannot come from elsewhere', () => {
    const text = line(runningUpdate(), 120, { label: '\u001B[2J\u001B[31mred' })
    expect(text).not.toContain('\u001B')
  })
})
