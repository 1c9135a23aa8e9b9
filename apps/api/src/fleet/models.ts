/** The model files that hosts list, merged over the fleet. */
import { toPosixName, isModelFile } from '@safelight/comfyui'
import type { ModelQuery, ModelView } from '@safelight/shared'
import { type KnownHost, ofPool } from '../jobs/fleet-knowledge.ts'
import { takePage } from './page.ts'

const CLASSES_SHOWN = 10

interface FoundModel {
  inputs: Set<string>
  classes: Set<string>
  hosts: Set<string>
}

export interface ModelsPage {
  models: ModelView[]
  nextCursor: string | null
}

/** By name. @throws ApiError when the cursor is not one of ours */
export function listModels(hosts: readonly KnownHost[], query: ModelQuery): ModelsPage {
  const found = findModels(ofPool(hosts, query.pool ?? null), query)
  const { names, nextCursor } = takePage([...found.keys()], query)
  const models = names.flatMap((name) => {
    const model = found.get(name)
    return model ? [toView(name, model)] : []
  })
  return { models, nextCursor }
}

function findModels(hosts: readonly KnownHost[], query: ModelQuery): Map<string, FoundModel> {
  const found = new Map<string, FoundModel>()
  for (const { names, inputs, classes, hostIds } of listsOf(hosts, query)) {
    for (const listed of names) {
      if (!isModelFile(listed)) continue
      const name = toPosixName(listed)
      const model = found.get(name) ?? { inputs: new Set(), classes: new Set(), hosts: new Set() }
      found.set(name, model)
      for (const input of inputs) model.inputs.add(input)
      for (const className of classes) model.classes.add(className)
      for (const hostId of hostIds) model.hosts.add(hostId)
    }
  }
  return found
}

interface ListedFiles {
  names: ReadonlySet<string>
  inputs: Set<string>
  classes: Set<string>
  hostIds: Set<string>
}

/** Each list once: a fleet's LoRAs stand in dozens of inputs, and hosts with one disk share theirs. */
function listsOf(hosts: readonly KnownHost[], query: ModelQuery): Iterable<ListedFiles> {
  const lists = new Map<ReadonlySet<string>, ListedFiles>()
  for (const { hostId, files } of hosts) {
    for (const [className, inputs] of files?.choices ?? []) {
      if (query.class !== undefined && className !== query.class) continue
      for (const [input, { names }] of inputs) {
        if (query.input !== undefined && input !== query.input) continue
        const list = lists.get(names) ?? {
          names,
          inputs: new Set(),
          classes: new Set(),
          hostIds: new Set(),
        }
        lists.set(names, list)
        list.inputs.add(input)
        list.classes.add(className)
        list.hostIds.add(hostId)
      }
    }
  }
  return lists.values()
}

function toView(name: string, { inputs, classes, hosts }: FoundModel): ModelView {
  return {
    name,
    inputs: [...inputs].sort().slice(0, CLASSES_SHOWN),
    classes: [...classes].sort().slice(0, CLASSES_SHOWN),
    hosts: [...hosts].sort(),
  }
}
