/** What a screen reader is told next: changes at milestones only, so that it is not read out ten times a second. */
import { useState } from 'react'
import type { JobDescription } from '../describe/describe-job.ts'
import { toMilestone } from '../describe/milestone.ts'

/** @returns nothing at first: who comes to the page reads it, and need not be told */
export function useMilestone(description: JobDescription): string {
  const [last, setLast] = useState({ description, words: '' })
  const words = toMilestone(last.description, description)
  if (words === null) return last.words
  setLast({ description, words })
  return words
}
