/** A name out of a list that the fleet tells. It can be typed freely: a host may have what nobody has told of yet. */
import { Combobox } from '../../../ui/combobox.tsx'
import type { ChoiceField, Role } from '../../../workflow/field.ts'
import type { NodeClasses } from '../../../workflow/find-fields.ts'
import { findMatches, hasValue, toChoices } from '../../../workflow/list-values.ts'
import { type FieldProps, problemAttributes, Setting, toElementId } from './setting.tsx'

/** The best known of ComfyUI’s samplers and schedulers, for as long as no host tells its own. */
const USUAL: Partial<Record<Role, readonly string[]>> = {
  sampler:
    'euler euler_ancestral heun dpm_2 dpmpp_2m dpmpp_2m_sde dpmpp_3m_sde dpmpp_sde lcm ddim uni_pc res_multistep'.split(
      ' ',
    ),
  scheduler:
    'normal karras exponential sgm_uniform simple ddim_uniform beta linear_quadratic kl_optimal'.split(
      ' ',
    ),
}

export interface ChoiceSettingProps extends FieldProps<ChoiceField> {
  classes: NodeClasses
}

export function ChoiceSetting({ field, onChange, problem, classes }: ChoiceSettingProps) {
  const id = toElementId(field.id)
  const choices = toChoices(field, classes)
  const values = choices.values.length > 0 ? choices.values : (USUAL[field.role] ?? [])
  const isForeign = choices.isWhole && !hasValue(choices, field.value)
  const said = problem ?? (isForeign ? 'No host has this one.' : null)
  return (
    <Setting
      htmlFor={id}
      label={field.label}
      problem={said}
      isHalf={field.role === 'sampler' || field.role === 'scheduler'}
    >
      <Combobox
        id={id}
        value={field.value}
        find={(typed) => (typed === null ? values : findMatches(values, typed))}
        onChange={onChange}
        {...problemAttributes(id, said)}
      />
    </Setting>
  )
}
