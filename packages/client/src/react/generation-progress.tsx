/** `GenerationProgress`: a job's way from the line to the picture, shown as it is. */
import { isTerminal, type OutputView, type SnapshotView } from '@safelight/shared'
import { useEffect, useRef, useState } from 'react'
import { toWatchFailure } from '../display/failure.ts'
import { useClient } from './context.ts'
import { GenerationView } from './generation-view.tsx'
import { type DisplayOptions, useJobDisplay } from './use-job-display.ts'
import { type Generation, useGeneration } from './use-generation.ts'
import { useObjectUrl } from './use-object-url.ts'

export interface GenerationShownOptions extends DisplayOptions {
  /** The picture as it develops; true unless said otherwise. */
  preview?: boolean | undefined
  className?: string | undefined
  /** Called once, with the job as it ended; at once when it had ended before. */
  onEnd?: ((snapshot: SnapshotView) => void) | undefined
}

export type GenerationProgressProps = GenerationShownOptions &
  (
    | { /** Watched here; null shows nothing. */ jobId: string | null; generation?: undefined }
    | {
        /** Watched by the page, which shares it: what `useGeneration` returns. */ generation: Generation
        jobId?: undefined
      }
  )

export function GenerationProgress({ jobId, generation, ...options }: GenerationProgressProps) {
  if (generation) return <Shown generation={generation} {...options} />
  return <Watched jobId={jobId} {...options} />
}

function Watched({ jobId, ...options }: GenerationShownOptions & { jobId: string | null }) {
  const generation = useGeneration(jobId, { previews: options.preview ?? true })
  return <Shown generation={generation} {...options} />
}

/** Begins anew with another job: nothing of the last one, no picture and no announcement, is left over. */
function Shown(props: GenerationShownOptions & { generation: Generation }) {
  const { jobId } = props.generation
  return jobId === null ? null : <ShownJob key={jobId} {...props} />
}

function ShownJob({
  generation,
  preview = true,
  className,
  onEnd,
  ...options
}: GenerationShownOptions & { generation: Generation }) {
  const { snapshot, problem } = generation
  const display = useJobDisplay(generation, options)
  const output = useOutputPicture(preview ? generation.outputs : null)
  useEnd(snapshot, onEnd)
  return (
    <GenerationView
      display={display}
      picture={preview ? (output ?? generation.preview?.url ?? null) : undefined}
      problem={problem && toWatchFailure(problem)}
      className={className}
    />
  )
}

function useEnd(snapshot: SnapshotView | null, onEnd: GenerationShownOptions['onEnd']): void {
  const hasCalled = useRef(false)
  useEffect(() => {
    if (hasCalled.current || !snapshot || !isTerminal(snapshot.status)) return
    hasCalled.current = true
    onEnd?.(snapshot)
  }, [snapshot, onEnd])
}

/**
 * The first picture among a job's outputs, fetched by the client: an `<img>` could not send its token.
 * @param outputs null when none is wanted. @returns an address for `<img>`; null until it is there, or when it cannot be had
 */
function useOutputPicture(outputs: readonly OutputView[] | null): string | null {
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
