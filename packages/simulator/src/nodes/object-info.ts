/** Node classes as /object_info describes them. */
import type { Json } from '../record.ts'
import { inputsOfClass, type NodeDefinition, type NodeEnvironment } from './node-class.ts'

export function toObjectInfo(nodeClass: NodeDefinition, environment: NodeEnvironment): Json {
  const inputs = inputsOfClass(nodeClass, environment)
  const categories = Object.entries(inputs)
  const { outputs } = nodeClass
  const tooltips = outputs.map((output) => output.tooltip)
  const isNewest = environment.traits.jobsApi
  return {
    input: Object.fromEntries(categories),
    input_order: Object.fromEntries(
      categories.map(([category, specs]) => [category, Object.keys(specs)]),
    ),
    ...(isNewest ? { is_input_list: nodeClass.inputIsList ?? false } : {}),
    output: outputs.map((output) => output.type),
    output_is_list: outputs.map((output) => output.isList ?? false),
    output_name: outputs.map((output) => output.name ?? output.type),
    name: nodeClass.name,
    display_name: nodeClass.displayName ?? nodeClass.name,
    description: nodeClass.description ?? '',
    python_module: nodeClass.module ?? 'nodes',
    category: nodeClass.category,
    output_node: nodeClass.outputNode ?? false,
    ...(isNewest ? { has_intermediate_output: false } : {}),
    ...(tooltips.some((tooltip) => tooltip !== undefined)
      ? { output_tooltips: tooltips.map((tooltip) => tooltip ?? '') }
      : {}),
    ...(isNewest ? { search_aliases: nodeClass.searchAliases ?? [] } : {}),
  }
}
