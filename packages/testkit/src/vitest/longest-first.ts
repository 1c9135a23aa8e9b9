/** The order of test files: projects that wait most first, within each the longest first, so that no core idles at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files of one project follow each other: workers that are not isolated are kept only for the next of their own. */
const PROJECTS = ['process', 'browser', 'integration', 'unit']

export class LongestFirst extends BaseSequencer {
  /** Within a project as Vitest has it: by the durations of the last run, else by size. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ project }: TestSpecification) => PROJECTS.indexOf(project.name)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}
