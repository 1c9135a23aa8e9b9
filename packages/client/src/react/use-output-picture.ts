/** The first picture among a job's outputs, fetched by the client: an `<img>` could not send its token. */
import type { OutputView } from '@safelight/shared'
import { useEffect, useState } from 'react'
import { useClient } from './context.ts'
import { useObjectUrl } from './use-object-url.ts'

/** @param outputs null when none is wanted. @returns an address for `<img>`; null until it is there, or when it cannot be had */
export function useOutputPicture(outputs: readonly OutputView[] | null): string | null {
  const client = useClient()
  const url = outputs?.find(({ type }) => type === 'image')?.url ?? null
  const [source, setSource] = useState<{ blob: Blob } | null>(null)
  useEffect(() => {
    if (url === null) return undefined
    const stop = new AbortController()
    const load = async () => {
      const answer = await client.outputs.fetch({ url }, { signal: stop.signal })
      const blob = await answer.blob()
      if (!stop.signal.aborted) setSource({ blob })
    }
    // the last preview stays; whoever shows the outputs will say what is wrong with them
    load().catch(() => undefined)
    return () => stop.abort()
  }, [client, url])
  return useObjectUrl(source)?.url ?? null
}
