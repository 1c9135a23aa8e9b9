/** The gallery: every file that is kept, newest first, by kind, name, job and date. */
import { useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import {
  AGES,
  ANY_ASSET,
  type AssetFilter,
  readFilter,
  toFilterSearch,
  TYPE_CHIPS,
} from '../../assets/asset-filter.ts'
import { AssetGrid } from '../../assets/asset-grid.tsx'
import { useAssets } from '../../assets/use-assets.ts'
import { toShortId } from '../../ui/job-name.ts'
import { Empty } from '../../ui/notice.tsx'
import { Sign } from '../../ui/sign.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { UploadButton } from './upload-button.tsx'
import '../../assets/assets.css'
import './assets-page.css'

export function AssetsPage() {
  const filter = readFilter(useSearch())
  const [, navigate] = useLocation()
  // typing is no journey: Back leads to where one came from
  const show = (next: AssetFilter) => navigate(`/gallery${toFilterSearch(next)}`, { replace: true })
  const hold = useAssets(filter)
  const isEmpty = !hold.loading && !hold.error && hold.assets.length === 0
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Gallery</h1>
          <p>What workflows have made, and what was uploaded for them.</p>
        </div>
        <UploadButton onUploaded={hold.retry} />
      </div>
      <AssetFilterBar filter={filter} onFilter={show} />
      {hold.error && (
        <Trouble
          error={hold.error}
          what="The assets"
          onRetry={hold.retry}
          floating={hold.assets.length > 0}
        />
      )}
      <AssetGrid
        hold={hold}
        label="Assets"
        toOpener={({ id, name }) => (
          <Link href={`/gallery/${id}`} className="asset-opener" aria-label={`Open ${name}`} />
        )}
      />
      {isEmpty && <NothingHere isAny={toFilterSearch(filter) === ''} />}
    </>
  )
}

function NothingHere({ isAny }: { isAny: boolean }) {
  if (isAny) {
    return (
      <Empty title="Nothing is kept yet" action={<Link href="/">Make something</Link>}>
        What jobs make appears here, and what you upload.
      </Empty>
    )
  }
  return (
    <Empty title="Nothing is like that" action={<Link href="/gallery">Show all</Link>}>
      No file that is kept fits all of these conditions.
    </Empty>
  )
}

interface AssetFilterBarProps {
  filter: AssetFilter
  onFilter: (filter: AssetFilter) => void
}

function AssetFilterBar({ filter, onFilter }: AssetFilterBarProps) {
  const [name, setName] = useState(filter.name)
  return (
    <search className="asset-filter">
      <div className="filter-bar" role="group" aria-label="Show">
        {filter.job !== null && (
          <button
            type="button"
            className="chip chip-owner"
            onClick={() => onFilter({ ...filter, job: null })}
          >
            <span>
              Job <b>{toShortId(filter.job)}</b>
            </span>
            <span className="visually-hidden">, show those of all jobs</span>
            <Sign name="cross" />
          </button>
        )}
        {[{ key: ANY_ASSET.type, label: 'All' }, ...TYPE_CHIPS].map(({ key, label }) => (
          <button
            key={label}
            type="button"
            className="chip"
            aria-pressed={filter.type === key}
            onClick={() => onFilter({ ...filter, type: key })}
          >
            {label}
          </button>
        ))}
      </div>
      <select
        className="text-input"
        aria-label="Made"
        value={filter.age ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onFilter({ ...filter, age: AGES.find(({ key }) => key === value)?.key ?? null })
        }
      >
        <option value="">Any time</option>
        {AGES.map(({ key, label }) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
      <input
        className="text-input"
        type="search"
        placeholder="Part of the name"
        aria-label="Part of the name"
        value={name}
        onChange={({ currentTarget: { value } }) => {
          setName(value)
          onFilter({ ...filter, name: value })
        }}
      />
    </search>
  )
}
