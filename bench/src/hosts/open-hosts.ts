/** Hosts that cost almost nothing, as one process. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Workflow } from '@safelight/shared'
import { childEnv, createProcess } from '@safelight/testkit'
import { z } from 'zod'
import { createHttp } from '../http.ts'
import { CHEAP_CLASS } from './cheap-host.ts'

const countsSchema = z.object({ begun: z.int(), ended: z.int(), sockets: z.int() })
const toldSchema = z.object({ control: z.string(), urls: z.array(z.string()) })

export interface CheapHosts {
  urls: string[]
  pid: () => number | null
  /** Of all together: prompts that have begun and ended, and sockets that are open. */
  counts: () => Promise<z.output<typeof countsSchema>>
  close(): Promise<void>
}

/** @param ms what each prompt takes */
export async function openCheapHosts(count: number, ms = 0): Promise<CheapHosts> {
  const folder = await mkdtemp(join(tmpdir(), 'safelight-bench-'))
  const hosts = createProcess({
    name: 'hosts',
    command: process.execPath,
    // as we were started ourselves
    args: [
      ...process.execArgv,
      fileURLToPath(new URL('main.ts', import.meta.url)),
      `${count}`,
      `${ms}`,
    ],
    env: childEnv(),
    logDir: folder,
    isReady: async (told) => (await told()).includes('\n'),
  })
  await hosts.start()
  const { control, urls } = toldSchema.parse(JSON.parse(await hosts.told()))
  const http = createHttp()
  return {
    urls,
    pid: () => hosts.pid(),
    counts: async () => countsSchema.parse(await http.json(control)),
    async close() {
      http.close()
      await hosts.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

let texts = 0

/** What such hosts can run. */
export function shownText(): Workflow {
  texts += 1
  return { '1': { class_type: CHEAP_CLASS, inputs: { text: `text ${texts}` } } }
}
