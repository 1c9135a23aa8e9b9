/** Runs a program that uses the official SDK, on the Node that it needs. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { childEnv, dieWithUs, findNewerNode, until } from '@safelight/testkit'

const PROGRAM = fileURLToPath(new URL('../sdk/main.ts', import.meta.url))

export interface SdkProgram {
  /** What it saw; rejects with all it said when it fails. */
  ended: Promise<unknown>
  /** Until it has said the text so often. */
  untilSaid(text: string, times?: number): Promise<unknown>
}

export function startSdk(scenario: string, url: string, args: object = {}): SdkProgram {
  const node = findNewerNode()
  if (node === null) throw new Error('the SDK needs Node 22 or newer: name one as SAFELIGHT_NODE24')
  const child = dieWithUs(
    spawn(node, [PROGRAM, scenario, JSON.stringify(args)], {
      env: { ...childEnv(), COMFY_BASE_URL: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(stdout))
      else reject(new Error(`${scenario} ended with ${code}\n${stdout}${stderr}`))
    })
  })
  // a test may fail for it before it asks
  ended.catch(() => undefined)
  return {
    ended,
    untilSaid: (text, times = 1) =>
      until(() => stderr.split(text).length > times, { what: `'${text}' is said` }),
  }
}

export const runSdk = (scenario: string, url: string, args: object = {}) =>
  startSdk(scenario, url, args).ended
