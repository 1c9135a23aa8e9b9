/** Instead of a job that cannot be shown: why, and where to go from here. */
import { RequestError } from '@safelight/client'
import { Link } from 'wouter'
import { Empty } from '../../ui/notice.tsx'

export function Gone({ problem }: { problem: Error }) {
  const code = problem instanceof RequestError ? problem.code : null
  if (code === 'not_found') {
    return (
      <Empty isPage title="There is no such job, or it is no longer kept" action={<Ways />}>
        Jobs and their outputs are kept for a while after they end, and then they go; how long is
        the server’s <code>RETENTION</code>. If somebody gave you this address, compare its id
        letter by letter.
      </Empty>
    )
  }
  return (
    <Empty isPage title="This job cannot be shown" action={<Ways />}>
      {problem.message}
    </Empty>
  )
}

function Ways() {
  return (
    <p>
      <Link href="/jobs">All jobs that are kept</Link> · <Link href="/">Make a new one</Link>
    </p>
  )
}
