/** What the fleet says of the classes of a workflow: which inputs take files, and which names its lists have. */
import { useClient } from '@safelight/client/react'
import type { Workflow } from '@safelight/shared'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { NodeClasses } from '../../workflow/find-fields.ts'

const NOTHING: NodeClasses = {}
/** Hosts come and go, and models are added; nobody waits for either. */
const FRESH_MS = 60_000

/** @returns what is known so far: empty until the fleet has told, or when it cannot be asked */
export function useNodeClasses(workflow: Workflow): NodeClasses {
  const client = useClient()
  const names = useMemo(() => {
    const all = Object.values(workflow).map(({ class_type }) => class_type)
    // a comma parts the names: no list is known of a class that has one
    return [...new Set(all)].filter((name) => !name.includes(',')).toSorted()
  }, [workflow])
  const { data } = useQuery({
    queryKey: ['node-classes', ...names],
    queryFn: ({ signal }) => client.fleet.nodeClasses(names, { signal }),
    staleTime: FRESH_MS,
    // while the workflow is edited as JSON, what was known stays
    placeholderData: keepPreviousData,
    // without it one types the names: nothing to trouble anybody with
    retry: false,
  })
  return data ?? NOTHING
}
