/** What it means that nothing is here, and how something comes to be. */
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Empty } from '../../../ui/notice.tsx'
import { type ChipKey, CHIPS, type Chips, type JobsFilter, toSearch } from '../data/filter.ts'

const TEXTS: Record<ChipKey, { title: string; text: string }> = {
  queued: {
    title: 'Nothing is waiting',
    text: 'Jobs wait here when every host is busy. A job that is submitted now starts at once.',
  },
  running: {
    title: 'Nothing is running',
    text: 'A running job shows here which node it is at and how far it has come, as it happens.',
  },
  succeeded: {
    title: 'Nothing is done yet',
    text: 'A job is done when every file it made is stored. Its pictures stay for as long as its record does.',
  },
  failed: {
    title: 'Nothing has failed',
    text: 'A job that fails, or could not start in time, stays here with its reason. One that has used up every attempt is listed under Dead letters, too.',
  },
  canceled: {
    title: 'Nothing was canceled',
    text: 'Select queued or running jobs by their frame, or with x, to cancel them together.',
  },
}

export function EmptyJobs({ filter: { chips, owner } }: { filter: JobsFilter }) {
  const [only, ...others] = chips
  if (only === undefined && owner === null) {
    return (
      <Frame
        title="No jobs yet"
        action={
          <Link href="/" className="button primary">
            Make the first picture
          </Link>
        }
      >
        Every picture asked for becomes a job: it waits its turn, runs on a host, and stays here
        with what it made. Programs submit with <code>POST /api/v2/jobs</code>.
      </Frame>
    )
  }
  const all = (
    <Link
      href={`/jobs${toSearch({ view: 'list', chips: [], owner: null })}`}
      className="button compact"
    >
      Show all jobs
    </Link>
  )
  if (owner !== null) {
    const which = only === undefined ? 'no jobs' : `no jobs that are ${toLabels(chips)}`
    return (
      <Frame title={`There are ${which}`} action={all}>
        Only those of <b>{owner}</b> are looked for.
      </Frame>
    )
  }
  if (only === undefined || others.length > 0) {
    return (
      <Frame title={`No job is ${toLabels(chips)}`} action={all}>
        Press a chip again to take it out of the filter.
      </Frame>
    )
  }
  return (
    <Frame title={TEXTS[only].title} action={all}>
      {TEXTS[only].text}
    </Frame>
  )
}

function Frame(props: { title: string; action: ReactNode; children: ReactNode }) {
  return (
    <div className="job-list">
      <Empty title={props.title} action={props.action}>
        {props.children}
      </Empty>
    </div>
  )
}

function toLabels(chips: Chips): string {
  const labels = CHIPS.filter(({ key }) => chips.includes(key)).map(({ label }) =>
    label.toLowerCase(),
  )
  return [labels.slice(0, -1).join(', '), labels.at(-1)].filter(Boolean).join(' or ')
}
