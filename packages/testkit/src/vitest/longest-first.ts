/** The order of test files: those that wait most first, within each kind the longest first, so that no core idles at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files of one project follow each other: workers that are not isolated are kept only for the next of their own. */
const PROJECTS = ['integration', 'unit']
/** The rest of a project follows them. */
const KINDS = ['.browser.test.ts', '.proc.test.ts']

export class LongestFirst extends BaseSequencer {
  /** Within a kind as Vitest has it: by the durations of the last run, else by size. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ project, moduleId }: TestSpecification) =>
      PROJECTS.indexOf(project.name) * (KINDS.length + 1) + kindOf(moduleId)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}

function kindOf(moduleId: string): number {
  const at = KINDS.findIndex((ending) => moduleId.endsWith(ending))
  return at < 0 ? KINDS.length : at
}
