/** The hosts file of all workers: hosts are taken off it and put back while jobs run. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface ListedHosts {
  readonly file: string
  set(name: string, isListed: boolean): Promise<void>
}

export async function createListedHosts(
  folder: string,
  hosts: readonly { name: string; url: string }[],
  slots: number,
): Promise<ListedHosts> {
  const file = join(folder, 'hosts.yaml')
  const unlisted = new Set<string>()
  let writing = write()

  async function write(): Promise<void> {
    const listed = hosts.filter(({ name }) => !unlisted.has(name))
    const text = JSON.stringify({ hosts: listed.map(({ url }) => ({ url, slots })) })
    await writeFile(`${file}.new`, text)
    await rename(`${file}.new`, file)
  }

  await writing
  return {
    file,
    async set(name, isListed) {
      if (isListed) unlisted.delete(name)
      else unlisted.add(name)
      // one after the other, each with what holds then
      writing = writing.then(write)
      await writing
    },
  }
}
