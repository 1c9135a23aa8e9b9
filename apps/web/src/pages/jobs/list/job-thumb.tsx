/** The first picture of a job in a fixed frame; before there is one, an empty frame that develops. */
import { isRunning, type OutputView, type SnapshotView } from '@safelight/shared'
import { useState } from 'react'
import { SmallPicture } from '../../../outputs/small-picture.tsx'
import { toSmallUrls } from '../../../outputs/thumb-url.ts'
import { useOutputUrl } from '../../../outputs/use-output-url.ts'

export interface JobThumbProps {
  snapshot: SnapshotView
  /** False while the list flies by: pictures are not loaded for rows that nobody sees. */
  settled: boolean
}

export function JobThumb({ snapshot, settled }: JobThumbProps) {
  // what was only to be looked at on the way comes last
  const outputs = snapshot.outputs.toSorted(
    (a, b) => Number(a.preview ?? false) - Number(b.preview ?? false),
  )
  const output =
    outputs.find(({ type }) => type === 'image') ?? outputs.find(({ type }) => type === 'video')
  if (output) return <Picture key={output.id} output={output} settled={settled} />
  return <Frame snapshot={snapshot} />
}

function Picture({ output, settled }: { output: OutputView; settled: boolean }) {
  const [wanted, setWanted] = useState(settled)
  // once asked for, it stays
  if (settled && !wanted) setWanted(true)
  return (
    <span className="job-thumb">
      {wanted && output.type === 'image' && (
        <SmallPicture addresses={toSmallUrls(output.url, 128)} otherwise={<NoLongerThere />} />
      )}
      {wanted && output.type === 'video' && <FirstFrame output={output} />}
    </span>
  )
}

function FirstFrame({ output }: { output: OutputView }) {
  const [broken, setBroken] = useState(false)
  const { url, failed } = useOutputUrl(output, true)
  if (broken || failed) return <NoLongerThere />
  // a moment in: the very first frame is often black
  return (
    url && (
      <video
        src={`${url}#t=0.1`}
        preload="metadata"
        muted
        playsInline
        onError={() => setBroken(true)}
      />
    )
  )
}

function NoLongerThere() {
  return (
    <>
      <span className="visually-hidden">The picture is no longer there</span>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        <path d="M4 5h16v14H4ZM4 5l16 14" />
      </svg>
    </>
  )
}

function Frame({ snapshot: { status, progress } }: { snapshot: SnapshotView }) {
  const risen = isRunning(status) ? (progress?.value ?? 0) : 0
  return (
    <span className={`job-thumb ${status}`}>
      <span
        className="thumb-developing"
        style={{ transform: `translateY(${(1 - risen) * 100}%)` }}
      />
      {status === 'succeeded' && (
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M7 3.5h7l4 4v13H7ZM14 3.5v4h4" />
        </svg>
      )}
    </span>
  )
}
