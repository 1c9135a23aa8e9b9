/** Runs an app from its tree as a container would: nothing else in reach, no rights, nothing to write to but its data. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { dieWithUs } from '@safelight/testkit'
import type { Tree } from './tree.ts'

/** `node` in the image. */
export const IMAGE_USER = 1000

export interface RunningTree {
  /** What the line said that told it is up. */
  url: string
  /** Tells it to stop. @returns its exit code */
  stop: () => Promise<number | null>
}

export interface RunOptions {
  env: Record<string, string>
  /** The log line that says it is up. */
  message: string
}

/** @throws Error with what it said, when it ends before it is up */
export async function runTree(tree: Tree, { env, message }: RunOptions): Promise<RunningTree> {
  const main = join(tree.folder, 'apps', tree.app, 'dist/main.js')
  const asOther = process.getuid?.() === 0 ? { uid: IMAGE_USER, gid: IMAGE_USER } : {}
  const child = dieWithUs(
    spawn(process.execPath, [main], {
      ...asOther,
      cwd: '/',
      // no home, no folder for temporary files, none of our settings
      env: { NODE_ENV: 'production', TMPDIR: '/nowhere', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (!line.includes(`"msg":"${message}"`)) continue
    child.stdout.resume()
    const fields: { url?: string } = JSON.parse(line)
    return {
      url: fields.url ?? '',
      async stop() {
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        await ended
        return child.exitCode
      },
    }
  }
  throw new Error(`${tree.app} ended before it said "${message}": ${said.join('\n')}`)
}
