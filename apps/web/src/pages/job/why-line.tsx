/** Why the job does not go on, in a line: asked again and again while that is so. */
import { type Generation, useClient, useJobDisplay } from '@safelight/client/react'
import type { JobStatus, WhyView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'

const AGAIN_MS = 3_000

const isWaiting = (status: JobStatus) => status === 'queued' || status === 'canceling'

/** @returns null while there is nothing to explain, or nothing is known yet; whoever asks, one request serves all */
export function useWhy(generation: Generation): WhyView | null {
  const client = useClient()
  const { stalled } = useJobDisplay(generation)
  const { snapshot } = generation
  const isAsked = snapshot !== null && (isWaiting(snapshot.status) || stalled !== null)
  const { data } = useQuery({
    // with each event it is another story
    queryKey: ['why', snapshot?.jobId, snapshot?.status, isAsked ? snapshot.seq : 0],
    queryFn: ({ signal }) => client.jobs.why(snapshot?.jobId ?? '', { signal }),
    enabled: isAsked,
    refetchInterval: AGAIN_MS,
    placeholderData: (before) => before,
  })
  // what was asked before its status changed says nothing of it now
  return isAsked && data?.status === snapshot.status ? data : null
}

const TITLES: Partial<Record<JobStatus, string>> = {
  queued: 'Why it waits',
  canceling: 'What it waits for',
}

export function WhyLine({ why }: { why: WhyView | null }) {
  if (!why) return null
  return (
    <p className="why">
      <strong>{TITLES[why.status] ?? 'What it is at'}</strong> {why.text}
    </p>
  )
}
