/** Outputs → files: complete or not there, and never in place of another file. */
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Client } from '@safelight/client'
import type { OutputView } from '@safelight/shared'
import { toFileName, toNumbered } from './file-name.ts'

export interface SaveOptions {
  client: Pick<Client, 'outputs'>
  folder: string
  signal: AbortSignal
}

/** @returns the path of the file: the folder as it was named, and a name that nothing had */
export async function saveOutputFile(
  output: Pick<OutputView, 'name' | 'url'>,
  options: SaveOptions,
): Promise<string> {
  const { client, folder, signal } = options
  const answer = await client.outputs.fetch(output, { signal })
  await mkdir(folder, { recursive: true })
  const { path, file } = await createFile(folder, toFileName(output.name))
  try {
    if (answer.body) await pipeline(answer.body, file.createWriteStream(), { signal })
  } catch (error) {
    await rm(path, { force: true })
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${path} could not be saved: ${reason}`, { cause: error })
  } finally {
    await file.close()
  }
  return path
}

async function createFile(folder: string, name: string) {
  for (let number = 1; ; number += 1) {
    const path = join(folder, toNumbered(name, number))
    try {
      // refuses a name that is taken, also by a link to elsewhere
      return { path, file: await open(path, 'wx') }
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST'
      if (!taken) throw error
    }
  }
}
