/** How checks are run, told and counted. */
import { ConfigError, systemClock } from '@safelight/runtime'
import { describe, expect, it } from 'vitest'
import { type Check, fail, ok, warn } from './check.ts'
import { nodeCheck } from './checks/node.ts'
import { settingsCheck } from './checks/settings.ts'
import { runChecks } from './run-checks.ts'
import { runDoctor } from './run-doctor.ts'

const advice = 'do something'
const fine: Check = { name: 'fine', run: async () => [ok('fine', 'all is well')] }
const odd: Check = { name: 'odd', run: async () => [warn('odd', { found: 'hm', advice })] }
const bad: Check = { name: 'bad', run: async () => [fail('bad', { found: 'no', advice })] }

async function examine(checks: Check[], args: string[] = []) {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const code = await runDoctor({ args, loadConfig: () => null, checksOf: () => checks, print })
  return { code, lines }
}

describe('the doctor', () => {
  it('says what it found and what to do, and ends with 1 only when something is wrong', async () => {
    expect(await examine([fine, odd])).toEqual({
      code: 0,
      lines: [
        'ok    fine                  all is well',
        'warn  odd                   hm',
        '                            → do something',
        '\n1 ok, 1 to look at, 0 wrong',
      ],
    })
    expect(await examine([fine, bad])).toMatchObject({ code: 1 })
  })

  it('says the same as JSON', async () => {
    const { code, lines } = await examine([fine, bad], ['--json'])
    expect(code).toBe(1)
    expect(JSON.parse(lines.join(''))).toEqual({
      ok: 1,
      warn: 0,
      fail: 1,
      findings: [
        { check: 'fine', verdict: 'ok', found: 'all is well', advice: null },
        { check: 'bad', verdict: 'fail', found: 'no', advice },
      ],
    })
  })

  it('knows no other arguments', async () => {
    expect(await examine([bad], ['--verbose'])).toEqual({
      code: 2,
      lines: ['usage: doctor [--json]'],
    })
  })

  it('tells of settings that cannot be used', async () => {
    const lines: string[] = []
    const code = await runDoctor({
      args: [],
      loadConfig: () => {
        throw new ConfigError(['PORT: must be a number'])
      },
      checksOf: () => [],
      print: (line) => void lines.push(line),
    })
    expect(code).toBe(1)
    expect(lines[0]).toBe('fail  settings              PORT: must be a number')
  })
})

describe('a check', () => {
  const run = (checks: Check[], told: string[] = []) =>
    runChecks(checks, {
      withinMs: 50,
      onFinding: ({ check }) => void told.push(check),
      clock: systemClock,
    })

  it('that takes too long is given up, and keeps no other waiting', async () => {
    const told: string[] = []
    let isGivenUp = false
    const slow: Check = {
      name: 'slow',
      run: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            isGivenUp = true
            reject(new Error('gone'))
          })
        }),
    }
    const findings = await run([slow, fine], told)
    expect(findings.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['slow', 'fail'],
      ['fine', 'ok'],
    ])
    expect(told).toEqual(['fine', 'slow'])
    expect(isGivenUp).toBe(true)
  })

  it('that throws is told by a word, as messages hold anything', async () => {
    const secret = 'hunter2'
    const broken: Check = {
      name: 'broken',
      run: async () => {
        throw Object.assign(new Error(`redis://u:${secret}@x`), { code: 'EPIPE' })
      },
    }
    const findings = await run([broken])
    expect(findings).toMatchObject([{ verdict: 'fail', found: 'could not be looked at: EPIPE' }])
    expect(JSON.stringify(findings)).not.toContain(secret)
  })
})

it('an old Node is not enough', async () => {
  const verdictOf = async (version: string) => {
    const [finding] = await nodeCheck(version).run(new AbortController().signal)
    return finding?.verdict
  }
  expect(await Promise.all(['20.19.0', '24.1.0', '20.18.3', '18.20.0'].map(verdictOf))).toEqual([
    'ok',
    'ok',
    'fail',
    'fail',
  ])
})

it('settings at odds are told one by one', async () => {
  const quarrel = (isSo: boolean, found: string) => ({ isSo, found, advice })
  const check = settingsCheck([quarrel(true, 'a'), quarrel(false, 'b'), quarrel(true, 'c')])
  const found = await check.run(new AbortController().signal)
  expect(found.map(({ verdict, found: what }) => `${verdict} ${what}`)).toEqual([
    'warn a',
    'warn c',
  ])
})
