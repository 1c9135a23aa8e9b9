/** `GenerationProgress`: a job's way from the line to the picture, shown as it is. */
import type { SnapshotView } from '@safelight/shared'
import { isTerminal } from '@safelight/shared'
import { useEffect, useRef } from 'react'
import { toProblemWords } from '../describe/problem.ts'
import { GenerationView } from './generation-view.tsx'
import { type DescriptionOptions, useDescription } from './use-description.ts'
import { type Generation, useGeneration } from './use-generation.ts'
import { useOutputPicture } from './use-output-picture.ts'

export interface GenerationShownOptions extends DescriptionOptions {
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
  const description = useDescription(generation, options)
  const output = useOutputPicture(preview ? generation.outputs : null)
  useEnd(snapshot, onEnd)
  return (
    <GenerationView
      description={description}
      picture={preview ? (output ?? generation.preview?.url ?? null) : undefined}
      problem={problem && toProblemWords(problem)}
      className={className}
    />
  )
}

function useEnd(snapshot: SnapshotView | null, onEnd: GenerationShownOptions['onEnd']): void {
  const isTold = useRef(false)
  useEffect(() => {
    if (isTold.current || !snapshot || !isTerminal(snapshot.status)) return
    isTold.current = true
    onEnd?.(snapshot)
  }, [snapshot, onEnd])
}
