/** Names that are offered while typing: the models the hosts have had in use, and the usual samplers. */
import { useClient } from '@safelight/client/react'
import { useQuery } from '@tanstack/react-query'
import type { Role } from '../../../workflow/field.ts'

/** The best known of ComfyUI’s samplers and schedulers; others can be typed. */
const SAMPLERS =
  'euler euler_ancestral heun dpm_2 dpmpp_2m dpmpp_2m_sde dpmpp_3m_sde dpmpp_sde lcm ddim uni_pc res_multistep'
const SCHEDULERS =
  'normal karras exponential sgm_uniform simple ddim_uniform beta linear_quadratic kl_optimal'

const LISTS: Partial<Record<Role, string>> = {
  model: 'known-models',
  sampler: 'known-samplers',
  scheduler: 'known-schedulers',
}

export function listIdOf(role: Role): string | undefined {
  return LISTS[role]
}

/** Put once on the page; inputs refer to the lists by `listIdOf`. */
export function Suggestions() {
  const client = useClient()
  const hosts = useQuery({
    queryKey: ['models-in-use'],
    queryFn: ({ signal }) => client.hosts.list({ signal }),
    select: (hosts) => [...new Set(hosts.flatMap(({ models }) => models))].toSorted(),
    // without them one types the name: nothing to trouble anybody with
    retry: false,
  })
  return (
    <>
      <NameList id={LISTS.model} names={hosts.data ?? []} />
      <NameList id={LISTS.sampler} names={SAMPLERS.split(' ')} />
      <NameList id={LISTS.scheduler} names={SCHEDULERS.split(' ')} />
    </>
  )
}

function NameList({ id, names }: { id: string | undefined; names: readonly string[] }) {
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  )
}
