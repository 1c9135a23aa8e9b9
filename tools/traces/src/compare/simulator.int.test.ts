/** Every recorded session, played against the simulator: same messages, same order, same answers. */
import { describe, it } from 'vitest'
import { RECORDED_DIALECTS, type RecordedDialect, startSimulator } from '@safelight/simulator'
import { traitsOf } from '@safelight/simulator/testing'
import { loadTrace, scenarioNames } from '../recordings.ts'
import type { HttpLine } from '../trace-format.ts'
import { comparable, comparableHttp } from './comparable.ts'
import { playClient } from './play-client.ts'
import { RECORDING_OF, type Scenario, SCENARIOS, tickRule } from './scenarios.ts'
import { type SocketSummary, summarize } from './summarize.ts'

/** Fast, yet slow enough that a click lands while a prompt still runs. */
const SPEED = 5
/** A silent simulator is found out sooner; this is for a busy machine. */
const SCENARIO_MS = 60_000

const scenariosOf = (dialect: RecordedDialect): Scenario[] =>
  SCENARIOS.filter(({ since }) => since === undefined || traitsOf(dialect).progressState)

// each chain has a simulator of its own, and most of its time is the simulated GPU's
describe.concurrent.each(RECORDED_DIALECTS)('a simulated %s', (dialect) => {
  const load = (scenario: string) => loadTrace(`${RECORDING_OF[dialect]}/${scenario}`).lines

  it.for(chainsOf(scenariosOf(dialect)))(
    'sends and answers what the recordings of $names have',
    { timeout: SCENARIO_MS },
    async ({ chain }, { expect }) => {
      const simulator = await startSimulator({ dialect, speed: SPEED })
      const compare = async (scenario: Scenario) => {
        const recording = load(scenario.name)
        const played = await playClient(simulator.url, recording)

        const playedIds = aliases([...played.promptIds.values()])
        const recordedIds = aliases([...played.promptIds.keys()])
        const recordedCalls = recording.filter((line) => line.ch === 'http')
        expect(
          withKinds(played.calls, recordedCalls).map((call) => comparableHttp(call, playedIds)),
        ).toEqual(recordedCalls.map((call) => comparableHttp(call, recordedIds)))

        const options = {
          by: scenario.by ?? 'nodes',
          ticks: tickRule(scenario, traitsOf(dialect).throttledTicks),
        }
        for (const [sock, { recorded, received }] of played.sockets) {
          const now = summarize(received, playedIds)
          const then = summarize(recorded, recordedIds)
          expect({ name: scenario.name, sock, sent: comparable(now, options) }).toEqual({
            name: scenario.name,
            sock,
            sent: comparable(withoutTickNodes(then, dialect), options),
          })
        }
      }
      try {
        for (const scenario of chain) await compare(scenario)
      } finally {
        await simulator.close()
      }
    },
  )

  it('leaves no recorded scenario out', ({ expect }) => {
    const covered = scenariosOf(dialect).map(({ name }) => name)
    expect(covered.sort()).toEqual(scenarioNames(RECORDING_OF[dialect]))
  })
})

/** Scenarios that were recorded on one server, one after the other; alone, where nothing comes before or after. */
function chainsOf(scenarios: readonly Scenario[]): { names: string; chain: Scenario[] }[] {
  const before = ({ after }: Scenario) => scenarios.find(({ name }) => name === after)
  const upTo = (scenario: Scenario): Scenario[] => {
    const earlier = before(scenario)
    return earlier ? [...upTo(earlier), scenario] : [scenario]
  }
  return scenarios
    .filter(({ name }) => scenarios.every(({ after }) => after !== name))
    .map(upTo)
    .map((chain) => ({ names: chain.map(({ name }) => name).join(', '), chain }))
}

function aliases(promptIds: readonly string[]): (id: string) => string {
  return (id) => {
    const index = promptIds.indexOf(id)
    return index < 0 ? 'another' : `P${index}`
  }
}

/** A recording without content types asks for none. */
function withKinds(played: readonly HttpLine[], recorded: readonly HttpLine[]): HttpLine[] {
  return played.map((call, index) =>
    recorded[index]?.contentType === '' ? { ...call, contentType: '' } : call,
  )
}

/** `execution_progress` names no node. */
function withoutTickNodes(summary: SocketSummary, dialect: RecordedDialect): SocketSummary {
  if (dialect !== 'legacy') return summary
  const messages = summary.messages.map((message) =>
    message.type === 'progress'
      ? { ...message, node: null, text: message.text.replace(/^progress \S+/, 'progress null') }
      : message,
  )
  return { ...summary, messages }
}
