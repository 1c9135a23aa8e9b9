/** Saves an output under its own name: a plain link where that works, fetched first where it cannot. */
import type { Client } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { type ReactNode, useState } from 'react'
import { toOwnBytes } from '../shell/own-bytes.ts'
import { Button } from '../ui/button.tsx'
import type { ShownFile } from './output-facts.ts'
import { fetchObjectUrl } from './use-output-url.ts'

export interface SaveLinkProps {
  output: ShownFile
  /** An address of this origin that needs no token, if there is one. */
  url: string | null
  children: ReactNode
  className: string
  label?: string
}

export function SaveLink({ output, url, children, className, label }: SaveLinkProps) {
  const name = label ? { 'aria-label': label, title: label } : {}
  if (url && isOurs(url)) {
    return (
      <a className={className} href={toOwnBytes(url)} download={output.name} {...name}>
        {children}
      </a>
    )
  }
  return (
    <FetchedSave output={output} className={className} name={name}>
      {children}
    </FetchedSave>
  )
}

/** Elsewhere browsers ignore `download`. */
function isOurs(url: string): boolean {
  return new URL(url, location.href).origin === location.origin
}

function FetchedSave(props: {
  output: ShownFile
  className: string
  name: object
  children: ReactNode
}) {
  const { output, className, name, children } = props
  const client = useClient()
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle')

  async function save(): Promise<void> {
    setState('busy')
    try {
      await saveOutput(client, output)
      setState('idle')
    } catch {
      setState('failed')
    }
  }

  return (
    <Button
      className={className}
      {...name}
      disabled={state === 'busy'}
      title={state === 'failed' ? 'It could not be fetched. Try again?' : undefined}
      onClick={() => void save()}
    >
      {children}
    </Button>
  )
}

/** Saves an output under its own name where a plain link cannot. */
async function saveOutput(client: Client, output: ShownFile): Promise<void> {
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
