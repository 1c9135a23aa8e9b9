/** A GPU of a host, and how much of its memory is taken. */
import type { HostView } from '@safelight/shared'
import { ThinBar } from '../../ui/thin-bar.tsx'
import { toGib } from './host-words.ts'

export function HostDevice({ device }: { device: HostView['devices'][number] }) {
  const { name, vram_total: total, vram_free: free } = device
  if (total === null || free === null || total === 0) {
    return (
      <div className="host-device">
        <span>{name}</span>
        <span className="soft">memory not told</span>
      </div>
    )
  }
  const used = Math.max(0, total - free)
  return (
    <div className="host-device">
      <span className="device-name" title={name}>
        {name}
      </span>
      <span className="soft">
        {toGib(used)} of {toGib(total)} GiB
      </span>
      <ThinBar value={Math.min(1, used / total)} label={`Memory of ${name} taken`} tone="soft" />
    </div>
  )
}
