/** An address that `<img>`, `<video>` and `<a>` can use: they cannot send a token, so with one the content comes as an object URL. */
import type { Client } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import type { OutputView } from '@safelight/shared'
import { useEffect, useState } from 'react'
import { readToken } from '../shell/client.ts'

export interface OutputUrl {
  /** Null until it can be used. */
  url: string | null
  /** It could not be fetched. */
  failed: boolean
}

/** What came of one address. */
type Held = OutputUrl & { of: string | null }

const NOTHING: Held = { of: null, url: null, failed: false }

/** @param wanted false while the output is not in view: nothing is fetched ahead of need */
export function useOutputUrl(output: Pick<OutputView, 'url'> | null, wanted: boolean): OutputUrl {
  const client = useClient()
  const url = output?.url ?? null
  const direct = url !== null && isDirect({ url })
  const [held, setHeld] = useState(NOTHING)
  useEffect(() => {
    if (url === null || direct || !wanted) return undefined
    const stop = new AbortController()
    let made: string | null = null
    const load = async () => {
      const address = await fetchObjectUrl(client, { url }, stop.signal)
      if (stop.signal.aborted) return URL.revokeObjectURL(address)
      made = address
      setHeld({ of: url, url: address, failed: false })
    }
    load().catch(() => {
      if (!stop.signal.aborted) setHeld({ of: url, url: null, failed: true })
    })
    return () => {
      stop.abort()
      if (made) URL.revokeObjectURL(made)
      setHeld(NOTHING)
    }
  }, [client, url, direct, wanted])
  if (direct) return { url, failed: false }
  // another one may have been asked for since: what came of the last says nothing of it
  return held.of === url ? held : NOTHING
}

/** True when a plain link will do: there is no token, the link opens without it, or it would not be sent there anyway. */
function isDirect({ url }: Pick<OutputView, 'url'>): boolean {
  const { origin, searchParams } = new URL(url, location.href)
  return readToken() === undefined || searchParams.has('signature') || origin !== location.origin
}

/** The type is the one the API serves it as, never the one the host named: it runs under our own origin. */
export async function fetchObjectUrl(
  client: Client,
  output: Pick<OutputView, 'url'>,
  signal?: AbortSignal,
): Promise<string> {
  const answer = await client.outputs.fetch(output, signal ? { signal } : {})
  return URL.createObjectURL(await answer.blob())
}
