/** The input that fits a field. Texts are not among them: they have the prompt card. */
import { assertNever } from '@safelight/shared'
import type { Field, TextField } from '../../../workflow/field.ts'
import { type Draft, withSeedKept, withValue } from '../draft/draft.ts'
import type { ChangeDraft } from '../draft/use-draft.ts'
import { ChoiceSetting } from './choice-setting.tsx'
import { ColorSetting } from './color-setting.tsx'
import { SeedSetting } from './seed-setting.tsx'
import { SizeSetting } from './size-setting.tsx'
import { SliderSetting } from './slider-setting.tsx'
import { listIdOf } from './suggestions.tsx'

export interface FieldInputProps {
  field: Exclude<Field, TextField>
  draft: Draft
  change: ChangeDraft
  problem: string | null
}

export function FieldInput({ field, draft, change, problem }: FieldInputProps) {
  const onChange = (value: Field['value']) => change((draft) => withValue(draft, field, value))
  switch (field.kind) {
    case 'seed':
      return (
        <SeedSetting
          {...{ field, onChange, problem }}
          isKept={draft.keptSeeds.includes(field.id)}
          onKeep={(isKept) => change((draft) => withSeedKept(draft, field.id, isKept))}
        />
      )
    case 'int':
    case 'float':
      return <SliderSetting {...{ field, onChange, problem }} />
    case 'size':
      return <SizeSetting {...{ field, onChange, problem }} />
    case 'color':
      return <ColorSetting {...{ field, onChange, problem }} />
    case 'choice':
      return <ChoiceSetting {...{ field, onChange, problem }} listId={listIdOf(field.role)} />
    default:
      return assertNever(field)
  }
}
