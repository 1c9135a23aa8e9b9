import '../testing/dom.ts'
import { act, cleanup } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RequestError } from '../errors.ts'
import { completeOf, connectedOf, progressOf, type updateOf } from '../testing/jobs.ts'
import { createShow } from '../testing/show-progress.ts'

let { client, show, receive, at } = createShow()
beforeEach(() => {
  ;({ client, show, receive, at } = createShow())
})
afterEach(cleanup)

describe('three levels of truth', () => {
  it('are shown at once', () => {
    const shown = show()
    at(0.42, { kind: 'aggregate', nodes_done: 11, nodes_total: 31 })
    expect(shown.textOf('.sl-generation__percent')).toBe('42%')
    expect(shown.textOf('.sl-generation__time')).toBe('about 30 s left')
    expect(shown.textOf('.sl-generation__step')).toBe('8/20')
    expect(shown.textOf('.sl-generation__node')).toBe('Sampler (KSampler) 8/20')
    expect(shown.textOf('.sl-generation__nodes')).toBe('11 of 31 nodes')
    expect(shown.badge()).toEqual({ kind: 'aggregate', label: 'Nodes', hasShape: true })
  })

  it('never show 0/0', () => {
    const shown = show()
    expect(shown.text()).not.toContain('/')
    receive({ progress: connectedOf({ step: 0, steps: 0, nodes_total: 0 }) })
    expect(shown.text()).not.toMatch(/0\/0|of 0 nodes/)
    receive({ progress: connectedOf() })
    expect(shown.textOf('.sl-generation__step')).toBe('0/20')
  })

  it('are told to whoever cannot see them', () => {
    const shown = show()
    at(0.42)
    expect(['valuemin', 'valuemax', 'valuenow', 'label'].map(shown.aria)).toEqual([
      '0',
      '100',
      '42',
      'Progress',
    ])
    expect(shown.aria('valuetext')).toBe(
      '42 percent, Node, step 8 of 20, Sampler (KSampler) 8/20, about 30 s left',
    )
  })

  it('say which image of how many', () => {
    const shown = show({ batch: { index: 1, count: 4 } })
    expect(shown.textOf('.sl-generation__image')).toBe('Image 1 of 4')
    at(0.1)
    expect(shown.aria('label')).toBe('Progress of Image 1 of 4')
  })

  it('do not fall when the display comes back', () => {
    const first = show()
    at(0.6)
    first.unmount()
    const second = show()
    expect(second.aria('valuenow')).toBe('60')
    at(0.2)
    expect(second.aria('valuenow')).toBe('60')
  })
})

describe('the badge', () => {
  it('says where the numbers come from, from the line to the end', () => {
    const shown = show()
    const seen = [shown.badge().label]
    const then = (...of: Parameters<typeof updateOf>) => {
      receive(...of)
      seen.push(shown.badge().label)
      expect(shown.badge().hasShape).toBe(true)
    }
    then({ status: 'queued', phase: null }, { queuePosition: 1 })
    then({ progress: connectedOf() })
    then({ progress: progressOf({ kind: 'inference' }) })
    then({ progress: progressOf() }, { connection: 'reconnecting' })
    then({ status: 'canceling', progress: progressOf() })
    then({ status: 'succeeded', progress: completeOf() })
    const before = ['Connecting', 'Queued · #2', 'Connected', 'Inference']
    expect(seen).toEqual([...before, 'Reconnecting', 'Canceling', 'Complete'])
  })

  it('says in words where a job in line stands, and when it should be done', () => {
    const shown = show()
    receive({ status: 'queued', phase: null }, { queuePosition: 1, etaMs: 120_000 })
    expect(shown.find('.sl-generation__node')?.textContent).toBe('1 job ahead')
    expect(shown.find('.sl-generation__time')?.textContent).toBe('done in about 2 min')
    receive({ progress: progressOf({ eta_ms: null }) })
    expect(shown.find('.sl-generation__time')).toBeNull()
  })

  it('glows at its edge only while something moves', () => {
    const shown = show()
    const isMoving = () => shown.find('.sl-bar')?.getAttribute('data-moving')
    expect(isMoving()).toBe('false')
    at(0.4)
    expect(isMoving()).toBe('true')
    receive({ progress: progressOf() }, { connection: 'reconnecting' })
    expect(isMoving()).toBe('false')
  })
})

describe('what went wrong', () => {
  it('is said in plain words, then in those of the host', () => {
    const shown = show()
    const error = {
      code: 'node_execution_error' as const,
      message: 'shape mismatch',
      class_type: 'VAEDecode',
    }
    receive({ status: 'failed', phase: null, error, progress: progressOf() })
    expect(shown.textOf('.sl-generation__summary')).toBe('The node VAEDecode failed.')
    expect(shown.textOf('.sl-generation__detail')).toBe('shape mismatch')
    expect(shown.said()).toBe('Failed. The node VAEDecode failed.')
  })

  it('is that the job cannot be watched: no number pretends to be news', () => {
    const shown = show()
    at(0.4)
    act(() => client.fail(new RequestError('not_found', 'no such job')))
    expect(shown.badge()).toMatchObject({ kind: 'unavailable', label: 'Not watched' })
    expect(shown.text()).not.toContain('left')
    expect(shown.said()).toBe('There is no such job, or it is no longer kept.')
  })
})

describe('the live region', () => {
  it('is told milestones, not ticks', () => {
    const shown = show()
    const said = [shown.said()]
    const note = () => {
      if (shown.said() !== said.at(-1)) said.push(shown.said())
    }
    receive({ progress: connectedOf() })
    note()
    for (let percent = 0; percent < 100; percent += 1) {
      at(percent / 100)
      note()
    }
    receive({ status: 'succeeded', progress: completeOf() })
    note()
    const quarters = ['25 percent', '50 percent', '75 percent']
    expect(said).toEqual(['', 'Connected', 'Node', ...quarters, 'Complete'])
  })
})
