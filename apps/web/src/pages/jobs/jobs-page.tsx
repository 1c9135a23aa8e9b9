/** All jobs: which there are, how far each is, and what to do about many of them. The address says which are shown. */
import { DeadLetters } from './dead/dead-letters.tsx'
import { useDeadCount } from './dead/use-dead-count.ts'
import { useView } from './data/use-view.ts'
import { JobsPanel } from './jobs-panel.tsx'

export function JobsPage() {
  const [view, onView] = useView()
  const dead = useDeadCount()
  if (view.view === 'dead') return <DeadLetters onView={onView} dead={dead} />
  return <JobsPanel chips={view.chips} onView={onView} dead={dead} />
}
