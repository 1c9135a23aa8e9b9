/** The hosts file of all workers: hosts are taken off it and put back while jobs run. */
import { openHostsFile } from '@safelight/testkit'

export interface ListedHosts {
  readonly file: string
  set(name: string, isListed: boolean): Promise<void>
}

export async function createListedHosts(
  folder: string,
  hosts: readonly { name: string; url: string }[],
  slots: number,
): Promise<ListedHosts> {
  const { path, list } = openHostsFile(folder)
  const unlisted = new Set<string>()
  let writing = write()

  async function write(): Promise<void> {
    const listed = hosts.filter(({ name }) => !unlisted.has(name))
    await list(...listed.map(({ url }) => ({ url, slots })))
  }

  await writing
  return {
    file: path,
    async set(name, isListed) {
      if (isListed) unlisted.delete(name)
      else unlisted.add(name)
      // one after the other, each with what holds then
      writing = writing.then(write)
      await writing
    },
  }
}
