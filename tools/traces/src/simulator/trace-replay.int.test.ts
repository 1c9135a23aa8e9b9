/** Every recorded session, replayed against the simulator: same messages, same order, same answers. */
import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { type Dialect, DIALECTS, startSimulator } from '@safelight/simulator'
import { traitsOf } from '@safelight/simulator/testing'
import { comparable, comparableHttp } from './compare.ts'
import { recordedMessages, replayTrace } from './replay-trace.ts'
import { RECORDING_OF, type Scenario, SCENARIOS, tickRule } from './scenarios.ts'
import { toStory } from './tokens.ts'
import { type HttpEntry, readTrace, type TraceEntry } from './trace-file.ts'

/** Fast, yet slow enough that a click lands while a prompt still runs. */
const SPEED = 5

const scenariosOf = (dialect: Dialect): Scenario[] =>
  SCENARIOS.filter(({ since }) => since === undefined || traitsOf(dialect).progressState)

describe.each(DIALECTS)('a simulated %s', (dialect) => {
  it.each(scenariosOf(dialect))('sounds like the recording of $name', async (scenario) => {
    const recording = await readTrace(RECORDING_OF[dialect], scenario.name)
    const simulator = await startSimulator({ dialect, speed: SPEED })
    try {
      for (const earlier of chainOf(scenario)) {
        await replayTrace(simulator.url, await readTrace(RECORDING_OF[dialect], earlier))
      }
      const replay = await replayTrace(simulator.url, recording)

      const replayedIds = aliases([...replay.promptIds.values()])
      const recordedIds = aliases([...replay.promptIds.keys()])
      const recordedHttp = recording.filter((entry): entry is HttpEntry => entry.ch === 'http')
      expect(
        withKinds(replay.http, recordedHttp).map((entry) => comparableHttp(entry, replayedIds)),
      ).toEqual(recordedHttp.map((entry) => comparableHttp(entry, recordedIds)))

      const options = {
        by: scenario.by ?? 'nodes',
        ticks: tickRule(scenario, traitsOf(dialect).throttledTicks),
      }
      for (const sock of socketsOf(recording)) {
        const heard = toStory(replay.sockets.get(sock) ?? [], replayedIds)
        const recorded = toStory(recordedMessages(recording, sock), recordedIds)
        expect({ sock, said: comparable(heard, options) }).toEqual({
          sock,
          said: comparable(nameless(recorded, dialect), options),
        })
      }
    } finally {
      await simulator.close()
    }
  })

  it('leaves no recorded scenario out', async () => {
    const folder = new URL(`../../../../traces/comfyui-${RECORDING_OF[dialect]}/`, import.meta.url)
    const recorded = (await readdir(folder)).map((file) => file.replace('.jsonl', ''))
    const covered = scenariosOf(dialect).map(({ name }) => name)
    expect(covered.sort()).toEqual(recorded.sort())
  })
})

/** What must run first, oldest first. */
function chainOf(scenario: Scenario): string[] {
  const before = SCENARIOS.find(({ name }) => name === scenario.after)
  return before ? [...chainOf(before), before.name] : []
}

function socketsOf(recording: readonly TraceEntry[]): Set<string> {
  return new Set(recording.flatMap((entry) => (entry.ch === 'ws' ? [entry.sock] : [])))
}

function aliases(promptIds: readonly string[]): (id: string) => string {
  return (id) => {
    const index = promptIds.indexOf(id)
    return index < 0 ? 'another' : `P${index}`
  }
}

/** A recording without content types asks for none. */
function withKinds(replayed: readonly HttpEntry[], recorded: readonly HttpEntry[]): HttpEntry[] {
  return replayed.map((entry, index) =>
    recorded[index]?.contentType === '' ? { ...entry, contentType: '' } : entry,
  )
}

/** `execution_progress` names no node. */
function nameless(story: ReturnType<typeof toStory>, dialect: Dialect): ReturnType<typeof toStory> {
  if (dialect !== 'legacy') return story
  const tokens = story.tokens.map((token) =>
    token.type === 'progress'
      ? { ...token, node: null, full: token.full.replace(/^progress \S+/, 'progress null') }
      : token,
  )
  return { ...story, tokens }
}
