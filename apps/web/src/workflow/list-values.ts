/** What a choice offers: the values that the fleet takes at its input. Pure. */
import { memberOf } from '@safelight/shared'
import type { ChoiceField } from './field.ts'
import type { NodeClasses } from './find-fields.ts'

export interface Choices {
  values: readonly string[]
  /** The whole list is known: what is not in it, no host takes. */
  isWhole: boolean
}

export function toChoices({ takenBy }: ChoiceField, classes: NodeClasses): Choices {
  const { className, input } = takenBy
  const told = memberOf(memberOf(classes, className)?.input ?? {}, input)
  const values = (told?.values ?? []).map(String)
  return { values, isWhole: values.length > 0 && told?.more_values === undefined }
}

/** Hosts on Windows list `\`: either form of a name is taken. */
export function hasValue({ values }: Choices, value: string): boolean {
  const plain = value.replaceAll('\\', '/')
  return values.some((known) => known.replaceAll('\\', '/') === plain)
}

/** Those with every word of what is typed in them, in whichever case. */
export function findMatches(values: readonly string[], typed: string): string[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return values.filter((value) => words.every((word) => value.toLowerCase().includes(word)))
}
