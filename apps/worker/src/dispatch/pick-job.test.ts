import { ANY_POOL, type Candidate, NO_NEEDS, SKILLS } from '@safelight/store'
import { describe, expect, it } from 'vitest'
import { newCandidate, newOffer } from '../testing/candidates.ts'
import { type Offer, pickJob, type PickOptions, unlistedFor } from './pick-job.ts'

const OFFER = newOffer('gpu', { hasMostMemory: false })
const OPTIONS: PickOptions = { affinity: { count: 3, ms: 10_000 }, nowMs: 1_000_000 }

const job = (
  jobId: string,
  over: Partial<Candidate> = {},
  needs: Partial<Candidate['needs']> = {},
) => newCandidate(jobId, { needs: { ...NO_NEEDS, ...needs }, ...over })
const withModel = (jobId: string, name: string, over: Partial<Candidate> = {}) =>
  job(jobId, over, { files: [name] })
const pick = (jobs: Candidate[], offer: Partial<Offer> = {}, options: Partial<PickOptions> = {}) =>
  pickJob(jobs, { ...OFFER, ...offer }, { ...OPTIONS, ...options })

describe('the order', () => {
  it('is that of the backlog', () => {
    expect(pick([job('a', { lag: 1 }), job('b', { lag: 2 })])).toEqual({
      jobId: 'a',
      pool: ANY_POOL,
      overtaken: [],
    })
    expect(pick([])).toBeNull()
  })

  it('weighs pools by priority, then by how far each is behind', () => {
    const any = job('any', { lag: 500 })
    const video = job('video', { lag: 10, pool: 'video' })
    expect(pick([any, video])).toMatchObject({ jobId: 'video', pool: 'video' })
    expect(pick([{ ...any, band: 1 }, video])?.jobId).toBe('any')
    expect(
      pick([
        { ...any, aged: true },
        { ...video, band: 0 },
      ])?.jobId,
    ).toBe('any')
  })
})

describe('who has waited too long', () => {
  const urgent = (n: number) => job(`urgent-${n}`, { band: 0, lag: n, aged: true })
  it('goes before all others, whatever its priority', () => {
    const low = job('low', { band: 1_999, lag: 900, aged: true })
    expect(pick([{ ...urgent(0), aged: false }, low])?.jobId).toBe('low')
  })

  it('is not passed by one who has, too, for a priority: there may be more of those for ever', () => {
    const low = job('low', { band: 1_999, lag: -5, aged: true })
    expect(pick([urgent(1), low, urgent(2)])?.jobId).toBe('low')
    expect(pick([urgent(1), { ...low, lag: 900 }])?.jobId).toBe('urgent-1')
  })
})

describe('a host', () => {
  it('gets only what it knows the classes of', () => {
    const jobs = [
      job('a', {}, { classes: ['Rare', 'KSampler'] }),
      job('b', {}, { classes: ['KSampler'] }),
    ]
    expect(pick(jobs, { classes: new Set(['KSampler']) })?.jobId).toBe('b')
    expect(pick(jobs, { classes: new Set() })?.jobId).toBe('a')
    expect(pick(jobs, { classes: new Set(['Other']) })).toBeNull()
  })

  it('gets no job that asks its worker for what is not known here', () => {
    const able = job('a', {}, { classes: [SKILLS.references, 'LoadImage'] })
    const later = job('b', {}, { classes: ['safelight/of-a-later-version', 'LoadImage'] })
    expect(pick([later, able], { classes: new Set(['LoadImage']) })?.jobId).toBe('a')
    expect(pick([later])).toBeNull()
  })

  describe('and the files it lists', () => {
    const lists = (names: string[], strict = true) => ({
      files: new Map([['Loader', new Map([['model', { names: new Set(names), strict }]])]]),
    })
    const needing = (jobId: string, file: string, isKnown = false) =>
      job(jobId, {}, { listed: [['Loader', 'model', file, isKnown]] })
    const jobs = [needing('a', 'rare.pt'), needing('b', 'usual.pt')]

    it('gets only what it lists', () => {
      expect(pick(jobs, lists(['usual.pt']))).toEqual({
        jobId: 'b',
        pool: ANY_POOL,
        overtaken: [],
      })
      expect(pick(jobs, lists(['rare.pt', 'usual.pt']))?.jobId).toBe('a')
      expect(pick(jobs, lists([]))).toBeNull()
    })

    it('may run what it does not speak of', () => {
      expect(pick(jobs)?.jobId).toBe('a')
      const other = job('a', {}, { listed: [['Loader', 'text', 'rare.pt', true]] })
      expect(pick([other], lists([]))?.jobId).toBe('a')
      expect(
        pick([job('a', {}, { listed: [['Own', 'model', 'rare.pt', true]] })], lists([]))?.jobId,
      ).toBe('a')
    })

    it('may take another name where a class may have a check of its own, unless a host is known to have the file', () => {
      expect(pick([needing('a', 'rare.pt')], lists([], false))?.jobId).toBe('a')
      expect(pick([needing('a', 'rare.pt', true)], lists([], false))).toBeNull()
      expect(pick([needing('a', 'rare.pt', true)], lists(['rare.pt'], false))?.jobId).toBe('a')
    })

    it('are told by class when they lack something', () => {
      const [first] = jobs
      const offered = (names: string[]) => unlistedFor(first?.needs ?? NO_NEEDS, lists(names).files)
      expect(offered(['usual.pt'])).toEqual(['Loader'])
      expect(offered(['rare.pt'])).toEqual([])
    })
  })

  it('that failed a job gets it again only when its time is over', () => {
    const jobs = [job('a', {}, { avoid: ['gpu'], avoidUntil: OPTIONS.nowMs + 1 }), job('b')]
    expect(pick(jobs)).toMatchObject({ jobId: 'b', overtaken: [] })
    expect(pick(jobs, { hostId: 'other' })?.jobId).toBe('a')
    expect(pick(jobs, {}, { nowMs: OPTIONS.nowMs + 1 })?.jobId).toBe('a')
    expect(pick([job('a', {}, { avoid: ['gpu'], avoidUntil: null })])?.jobId).toBe('a')
  })

  it('gets a job that ran out of memory only when none has more, for a while', () => {
    const needs = { avoid: ['small'], avoidUntil: OPTIONS.nowMs + 1, memory: true }
    expect(pick([job('a', {}, needs)])).toBeNull()
    expect(pick([job('a', {}, needs)], { hasMostMemory: true })?.jobId).toBe('a')
    expect(pick([job('a', {}, { ...needs, avoidUntil: null })])?.jobId).toBe('a')
  })
})

describe('affinity', () => {
  const loaded = new Set(['b.safetensors'])
  const jobs = [withModel('a', 'a.safetensors'), withModel('b', 'b.safetensors')]

  it('lets a job overtake whose models the host holds', () => {
    expect(pick(jobs, { loaded })).toEqual({ jobId: 'b', pool: ANY_POOL, overtaken: ['a'] })
    expect(pick([...jobs].reverse(), { loaded })).toMatchObject({ jobId: 'b', overtaken: [] })
    expect(pick(jobs, { loaded: new Set(['c']) })).toMatchObject({ jobId: 'a', overtaken: [] })
  })

  it('holds a job that loads nothing to be in place anywhere', () => {
    expect(pick([job('plain'), ...jobs], { loaded })?.jobId).toBe('plain')
    expect(pick([...jobs, job('plain')], { loaded: new Set() })?.jobId).toBe('plain')
  })

  it('overtakes nobody too often, or for too long', () => {
    const overtaken = (count: number, agoMs: number | null) => {
      const firstAt = agoMs === null ? null : OPTIONS.nowMs - agoMs
      const [first, ...rest] = jobs
      return [...(first ? [{ ...first, overtaken: { count, firstAt } }] : []), ...rest]
    }
    expect(pick(overtaken(2, 9_999), { loaded })?.jobId).toBe('b')
    expect(pick(overtaken(3, 0), { loaded })).toMatchObject({ jobId: 'a', overtaken: [] })
    expect(pick(overtaken(1, 10_000), { loaded })?.jobId).toBe('a')
  })

  it('never puts a lower priority first, nor passes one that has waited too long', () => {
    const [first, second] = [withModel('a', 'a.safetensors'), withModel('b', 'b.safetensors')]
    expect(pick([{ ...first, band: 0 }, second], { loaded })?.jobId).toBe('a')
    expect(pick([{ ...first, aged: true }, second], { loaded })?.jobId).toBe('a')
  })
})

describe('what is loaded next', () => {
  const loaded = new Set(['mine'])
  const elsewhere = [new Set(['theirs'])]

  it('is what no other host holds', () => {
    const jobs = [withModel('a', 'theirs'), withModel('b', 'nobodys')]
    expect(pick(jobs, { loaded, elsewhere })).toMatchObject({ jobId: 'b', overtaken: ['a'] })
    expect(pick(jobs, { loaded })?.jobId).toBe('a')
  })

  it('is what another holds as well, when there is nothing else', () => {
    const jobs = [withModel('a', 'theirs'), withModel('b', 'theirs')]
    expect(pick(jobs, { loaded, elsewhere })).toMatchObject({ jobId: 'a', overtaken: [] })
  })

  it('is what has been overtaken often enough, whoever holds it', () => {
    const tired = { overtaken: { count: 3, firstAt: OPTIONS.nowMs } }
    const jobs = [withModel('a', 'theirs', tired), withModel('b', 'nobodys')]
    expect(pick(jobs, { loaded, elsewhere })).toMatchObject({ jobId: 'a', overtaken: [] })
  })

  it('needs all of its models on one other host to be left to that', () => {
    const both = job('a', {}, { files: ['theirs', 'others'] })
    const apart = [new Set(['theirs']), new Set(['others'])]
    const jobs = [both, withModel('b', 'nobodys')]
    expect(pick(jobs, { loaded, elsewhere: apart })?.jobId).toBe('a')
    expect(pick(jobs, { loaded, elsewhere: [new Set(['theirs', 'others'])] })?.jobId).toBe('b')
  })
})

describe('the patience of those that are overtaken', () => {
  const affinity = { count: 12, ms: 12_000 }
  const loaded = new Set(['mine'])
  const passed = (count: number, agoMs = 0) => ({
    overtaken: { count, firstAt: OPTIONS.nowMs - agoMs },
  })
  const queue = (...ahead: Candidate[]) =>
    pick([...ahead, withModel('next', 'mine')], { loaded }, { affinity })?.jobId

  it('is shared by the models that wait: not all of them are due at once', () => {
    const first = withModel('a', 'one', passed(11))
    expect(queue(first)).toBe('next')
    expect(queue(first, withModel('b', 'one', passed(11)))).toBe('next')
    expect(queue(first, withModel('b', 'two', passed(5)))).toBe('next')
    expect(queue(first, withModel('b', 'two', passed(6)))).toBe('a')
    const third = withModel('c', 'three', passed(4))
    expect(queue(first, withModel('b', 'two', passed(5)), third)).toBe('a')
  })

  it('is so in time as well', () => {
    const first = withModel('a', 'one', passed(1, 11_000))
    expect(queue(first, withModel('b', 'two', passed(1, 5_900)))).toBe('next')
    expect(queue(first, withModel('b', 'two', passed(1, 6_000)))).toBe('a')
  })
})
