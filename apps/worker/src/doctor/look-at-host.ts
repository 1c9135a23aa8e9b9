/** What one look at a host finds: does it answer us, how, and what can it run. */
import {
  createHostClient,
  createRequester,
  expectOk,
  type FileChoices,
  headerOf,
  type HostCall,
  type HostPool,
  type NodeClasses,
} from '@safelight/comfyui'
import { z } from 'zod'
import type { HostValue } from '../hosts/host-value.ts'

export interface SeenHost {
  hostId: string
  labels: readonly string[]
  version: string
  devices: number
  /** How far its clock is ahead of ours, in ms; null when it does not say. */
  clockMs: number | null
  /** Whether it makes previews; null when it does not say. */
  previews: boolean | null
  classes: NodeClasses
  files: FileChoices
}

const STATS: HostCall = { method: 'GET', path: '/system_stats' }

/** @throws HostError */
export async function lookAtHost(
  { hostId, labels, address }: HostValue,
  { pool, signal, timeoutMs }: { pool: HostPool; signal: AbortSignal; timeoutMs: number },
): Promise<SeenHost> {
  const client = createHostClient(() => address, { pool, timeoutMs })
  const { version, devices } = await client.systemStats(signal)
  const requester = createRequester({ address: () => address, pool, timeoutMs })
  const clockMs = await readClock(() => requester.open({ ...STATS, signal }))
  const { text, ...answer } = await requester.text({ ...STATS, signal })
  expectOk(STATS, answer)
  const { classes, files } = await client.objectInfo(signal)
  return {
    hostId,
    labels,
    version,
    devices: devices.length,
    clockMs,
    previews: readPreviews(text),
    classes,
    files,
  }
}

async function readClock(
  open: () => ReturnType<ReturnType<typeof createRequester>['open']>,
): Promise<number | null> {
  const { headers, body, deadline } = await open()
  body.destroy()
  deadline.close()
  const at = Date.parse(headerOf(headers, 'date') ?? '')
  return Number.isNaN(at) ? null : at - Date.now()
}

const argvSchema = z.object({ system: z.object({ argv: z.array(z.string()) }) })

/** ComfyUI makes none unless it is started with `--preview-method`. */
function readPreviews(stats: string): boolean | null {
  try {
    const { argv } = argvSchema.parse(JSON.parse(stats)).system
    const at = argv.findIndex((arg) => arg.startsWith('--preview-method'))
    if (at < 0) return false
    return (argv[at]?.split('=')[1] ?? argv[at + 1]) !== 'none'
  } catch {
    return null
  }
}
