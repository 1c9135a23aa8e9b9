/** The order of test files: those that wait most first, within each kind the longest first, so that no core idles at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files of one project follow each other: workers that are not isolated are kept only for the next of their own. */
const PROJECTS = ['browser', 'integration', 'unit']

export class LongestFirst extends BaseSequencer {
  /** Within a kind as Vitest has it: by the durations of the last run, else by size. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ project, moduleId }: TestSpecification) =>
      PROJECTS.indexOf(project.name) + (moduleId.endsWith('.proc.test.ts') ? 0 : 0.5)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}
