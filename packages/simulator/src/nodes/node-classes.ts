/** Every node class this server knows. */
import type { NodeIdentity } from '../graph/output-cache.ts'
import { IMAGE_NODES } from './image-nodes.ts'
import { LATENT_NODES } from './latent-nodes.ts'
import { LOOP_NODES } from './loop-nodes.ts'
import { NATIVE_LOOP_NODES } from './native-loop-nodes.ts'
import { NEWEST_NODES } from './newest-nodes.ts'
import { MODEL_NODES } from './model-nodes.ts'
import { inputsOfClass, type NodeDefinition, type NodeEnvironment } from './node-class.ts'
import { PRIMITIVE_NODES } from './primitive-nodes.ts'
import { SAMPLER_NODES } from './sampler-nodes.ts'
import { SAVE_NODES } from './save-nodes.ts'
import { ASYNC_TESTING_NODES, TESTING_NODES } from './testing-nodes.ts'
import { TRACE_NODES } from './trace-nodes.ts'
import { VIDEO_NODES } from './video-nodes.ts'

export interface NodeDefinitions {
  get(name: string): NodeDefinition | undefined
  list(): NodeDefinition[]
  readonly identityOf: NodeIdentity
}

export function createNodeClasses(environment: NodeEnvironment): NodeDefinitions {
  const known = [
    ...MODEL_NODES,
    ...LATENT_NODES,
    ...SAMPLER_NODES,
    ...IMAGE_NODES,
    ...SAVE_NODES,
    ...VIDEO_NODES,
    ...PRIMITIVE_NODES,
    ...TRACE_NODES,
    ...TESTING_NODES,
    ...LOOP_NODES,
    ...(environment.traits.newest ? [...NATIVE_LOOP_NODES, ...NEWEST_NODES] : []),
    ...(environment.traits.asyncNodes ? ASYNC_TESTING_NODES : []),
  ]
  const classes = new Map(known.map((nodeClass) => [nodeClass.name, nodeClass]))

  return {
    get: (name) => classes.get(name),
    list: () => [...classes.values()],
    // A class that asks for its own id is never the same node twice.
    identityOf(nodeId, node) {
      const nodeClass = classes.get(node.class_type)
      if (!nodeClass) return ''
      const hidden = Object.values(inputsOfClass(nodeClass, environment).hidden ?? {})
      const own = hidden.includes('UNIQUE_ID') ? nodeId : ''
      return `${own}|${nodeClass.fingerprint?.(node.inputs ?? {}, environment) ?? ''}`
    },
  }
}
