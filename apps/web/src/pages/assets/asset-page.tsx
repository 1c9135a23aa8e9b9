/** One asset: large, what is known of it, what made it, and what can be done with it. */
import { RequestError } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import type { AssetView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { useAsset } from '../../assets/use-asset.ts'
import { Caption } from '../../outputs/caption.tsx'
import { Lightbox } from '../../outputs/lightbox.tsx'
import { type PictureSize, ShownOutput } from '../../outputs/shown-output.tsx'
import { useOutputUrl } from '../../outputs/use-output-url.ts'
import { useAccessRound } from '../../shell/access.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Fact } from '../../ui/fact.tsx'
import { toGivenName, toShortId, toWorkflowName } from '../../ui/job-name.ts'
import { Empty } from '../../ui/notice.tsx'
import { Sign } from '../../ui/sign.tsx'
import { DeleteAsset } from './delete-asset.tsx'
import '../../outputs/details.css'
import '../../outputs/stage.css'
import './assets-page.css'
import '../../outputs/outputs.css'

export function AssetPage({ assetId }: { assetId: string }) {
  // what was refused for want of a token is asked for again with it
  return <KnownAsset key={useAccessRound()} assetId={assetId} />
}

function KnownAsset({ assetId }: { assetId: string }) {
  const { asset, error } = useAsset(assetId)
  if (error) return <Gone error={error} />
  if (!asset) return <p className="soft">One moment.</p>
  return (
    <article className="asset-page">
      <header className="job-head">
        <p className="job-trail">
          <Link href="/gallery">Gallery</Link>
          <span aria-hidden="true">/</span>
          <code>{toShortId(asset.id)}</code>
          <CopyButton text={location.href} label="Copy link" sign="link" />
        </p>
        <h1 title={asset.name}>{asset.name}</h1>
      </header>
      <div className="job-columns">
        <AssetStage asset={asset} />
        <div className="job-side">
          <section className="actions" aria-label="Actions">
            {FITS.has(asset.type) && (
              <Link className="button primary" href={`/?use=${encodeURIComponent(asset.id)}`}>
                <Sign name="edit" /> Use as input
              </Link>
            )}
            <DeleteAsset asset={asset} />
          </section>
          <MadeBy asset={asset} />
          <AssetFacts asset={asset} />
        </div>
      </div>
    </article>
  )
}

/** What some node can load. */
const FITS: ReadonlySet<string> = new Set(['image', 'audio', 'video'])
const FETCHED_WHOLE: ReadonlySet<string> = new Set(['image', 'video', 'audio'])

function AssetStage({ asset }: { asset: AssetView }) {
  const source = useOutputUrl(asset, FETCHED_WHOLE.has(asset.type))
  const [seen, setSeen] = useState<PictureSize | null>(null)
  const [isOpen, setOpen] = useState(false)
  const { width, height } = asset
  const size = seen ?? (width !== null && height !== null ? { width, height } : null)
  const ratio = size ? Math.min(3, Math.max(1 / 3, size.width / size.height)) : 4 / 3
  return (
    <section className="stage" aria-label="Content">
      <div className="tray">
        <div className="well" style={{ aspectRatio: ratio }}>
          <ShownOutput
            output={asset}
            source={source}
            onOpen={() => setOpen(true)}
            onSize={setSeen}
          />
        </div>
      </div>
      <Caption output={asset} url={source.url} size={size} />
      {isOpen && (
        <Lightbox
          pictures={[asset]}
          shownId={asset.id}
          onShow={() => undefined}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  )
}

/** Its job and the workflow that made it, which are a call each on their own pages and one here. */
function MadeBy({ asset }: { asset: AssetView }) {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['asset-job', asset.id],
    queryFn: ({ signal }) => client.assets.job(asset.id, { signal }),
    enabled: asset.job_id !== undefined,
    retry: false,
  })
  if (asset.job_id === undefined) return null
  const name = data && (toGivenName(data.job.metadata) ?? toWorkflowName(data.workflow))
  const again = `/?again=${encodeURIComponent(asset.job_id)}`
  return (
    <section className="panel" aria-labelledby="made-by-title">
      <h2 id="made-by-title">Made by</h2>
      <p className="asset-job">
        <Link href={`/jobs/${asset.job_id}`}>{name ?? `Job ${toShortId(asset.job_id)}`}</Link>
      </p>
      <p className="asset-ways">
        <Link className="button compact" href={again}>
          <Sign name="edit" /> Edit its workflow
        </Link>
        <Link className="button quiet compact" href={`/gallery?job=${asset.job_id}`}>
          All that it made
        </Link>
      </p>
    </section>
  )
}

function AssetFacts({ asset }: { asset: AssetView }) {
  const { id, hash, width, height, created_at, expires_at, node_id, owner, tags, file_path } = asset
  return (
    <section className="panel facts" aria-labelledby="asset-facts-title">
      <h2 id="asset-facts-title">On record</h2>
      <dl className="fact-list">
        <Fact name="Id">
          <code>{id}</code>
          <CopyButton text={id} label="Copy the id" bare />
        </Fact>
        {width !== null && height !== null && (
          <Fact name="Size">
            {width} × {height}
          </Fact>
        )}
        <Fact name="Created">{toTime(created_at)}</Fact>
        <Fact name="Kept until">{expires_at === null ? 'it is deleted' : toTime(expires_at)}</Fact>
        <Fact name="Owner">{owner}</Fact>
        {node_id !== null && <Fact name="Node">{node_id}</Fact>}
        {file_path !== null && file_path !== asset.name && <Fact name="Path">{file_path}</Fact>}
        {tags.length > 0 && <Fact name="Tags">{tags.join(', ')}</Fact>}
        {hash !== null && (
          <Fact name="Hash">
            <code className="asset-hash" title={hash}>
              {hash}
            </code>
            <CopyButton text={hash} label="Copy the hash" bare />
          </Fact>
        )}
      </dl>
    </section>
  )
}

function toTime(iso: string) {
  return <time dateTime={iso}>{new Date(iso).toLocaleString()}</time>
}

function Gone({ error }: { error: Error }) {
  const isGone = error instanceof RequestError && error.code === 'not_found'
  return (
    <Empty
      isPage
      title={
        isGone ? 'There is no such asset, or it is no longer kept' : 'This asset cannot be shown'
      }
      action={<Link href="/gallery">To the gallery</Link>}
    >
      {isGone
        ? 'Files go some time after the job that made them, or when they are deleted.'
        : error.message}
    </Empty>
  )
}
