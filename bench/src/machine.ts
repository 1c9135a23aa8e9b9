/** Where figures come from: without that they are no figures. */
import { execFile } from 'node:child_process'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'

export interface Machine {
  cores: number
  cpu: string
  memoryGb: number
  node: string
  redis: string
  /** Of this checkout, `+` when something in it is not committed; '' outside of one. */
  commit: string
  /** ISO */
  date: string
}

const run = promisify(execFile)

export async function readMachine(redisBinary: string): Promise<Machine> {
  const redis = await said(redisBinary, ['--version'])
  const commit = await said('git', ['rev-parse', '--short', 'HEAD'])
  const changed = await said('git', ['status', '--porcelain'])
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    redis: /v=(\S+)/.exec(redis)?.[1] ?? 'unknown',
    commit: changed === '' ? commit : `${commit}+`,
    date: new Date().toISOString(),
  }
}

export function toHead({ cores, cpu, memoryGb, node, redis, commit, date }: Machine): string {
  return `${cores} cores (${cpu}), ${memoryGb} GB, Node ${node}, Redis ${redis}, ${date.slice(0, 10)}, ${commit}`
}

/** '' when there is no such program, or it fails. */
function said(file: string, args: string[]): Promise<string> {
  return run(file, args).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  )
}
