/** Hosts that list files, as the check of a submission's files knows them, and what becomes of the submission. */
import { parseFileChoices } from '@safelight/comfyui'
import { systemClock } from '@safelight/runtime'
import type { Workflow } from '@safelight/shared'
import { mergeNodeClasses } from '@safelight/store'
import { createCheckFiles } from '../jobs/check-files.ts'
import type { KnownHost } from '../jobs/fleet-knowledge.ts'

export const NOW = 1_000_000
export const CLASSES = {
  Loader: { output: false, outputs: 1, required: [] },
  Own: { output: false, outputs: 1, required: [] },
  Save: { output: true, outputs: 0, required: [] },
}

const listing = (files: string[]) =>
  parseFileChoices(
    {
      Loader: { input: { required: { model: [files] } }, python_module: 'nodes' },
      Own: { input: { required: { model: [files] } }, python_module: 'custom_nodes.pack' },
    },
    { checksCombos: true },
  )

/** One that lists these files, asked long ago. */
export function host(
  hostId: string,
  files: string[] | null,
  over: Partial<KnownHost> = {},
): KnownHost {
  const found = files && { choices: listing(files), at: 0, askedAt: new Map<string, number>() }
  return { hostId, state: 'ready', labels: [], classes: CLASSES, files: found, ...over }
}

/** After it was asked for its Loader again. */
export const asked = (known: KnownHost, files?: string[]): KnownHost => ({
  ...known,
  files: known.files && {
    ...known.files,
    ...(files && { choices: listing(files) }),
    askedAt: new Map([['Loader', NOW]]),
  },
})

export const load = (model: string, class_type = 'Loader') => ({ class_type, inputs: { model } })
export const save = (...from: string[]) => ({
  class_type: 'Save',
  inputs: Object.fromEntries(from.map((id, at) => [`image_${at}`, [id, 0]])),
})
export const picture = (model: string, className?: string): Workflow => ({
  '1': load(model, className),
  '2': save('1'),
})

/**
 * What becomes of a submission.
 * @param after what is known once hosts were asked anew
 */
export async function checkOn(
  workflow: Workflow,
  hosts: KnownHost[],
  {
    after = hosts.map((known) => asked(known)),
    pool = null,
  }: { after?: KnownHost[]; pool?: string | null } = {},
) {
  const looks: string[][] = []
  const current = async () => (looks.length > 0 ? after : hosts)
  const checkFiles = createCheckFiles({
    fleet: { hosts: current, hostsLately: current },
    announceLook: async (classes) => void looks.push(classes),
    now: async () => NOW,
    clock: systemClock,
    timings: { filesFreshMs: 0, filesLookMs: 50, filesPollMs: 1 },
  })
  const { signal } = new AbortController()
  const classes = mergeNodeClasses(hosts.flatMap(({ classes: known }) => (known ? [known] : [])))
  const outcome = await checkFiles({
    workflow,
    classes: hosts.length > 0 ? classes : CLASSES,
    pool,
    targets: null,
    signal,
  }).catch((error: unknown) => error)
  return { outcome, looks }
}
