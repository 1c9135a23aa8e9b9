/** Saves an output under its own name where a plain link cannot. */
import type { Client } from '@safelight/client'
import type { OutputView } from '@safelight/shared'
import { fetchObjectUrl } from './use-output-url.ts'

export async function saveOutput(client: Client, output: OutputView): Promise<void> {
  const url = await fetchObjectUrl(client, output)
  saveUrl(url, output.name)
  // the browser holds on to what it has begun to save
  URL.revokeObjectURL(url)
}

/** Saves text that was made here. */
export function saveText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }))
  saveUrl(url, name)
  URL.revokeObjectURL(url)
}

function saveUrl(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
