/** No host yet: how a worker is started that brings some. */
import { CopyButton } from '../../ui/copy-button.tsx'
import { Empty } from '../../ui/notice.tsx'
import './empty-fleet.css'

const COMMAND = 'COMFYUI_HOSTS=http://gpu-1:8188,http://gpu-2:8188 docker compose up'

export function EmptyFleet() {
  return (
    <div className="empty-fleet">
      <Empty
        title="No hosts yet"
        action={
          <>
            <code className="empty-command">{COMMAND}</code>
            <CopyButton text={COMMAND} label="Copy" />
          </>
        }
      >
        Hosts come with the workers that drive them. Start a worker with <code>COMFYUI_HOSTS</code>{' '}
        naming your ComfyUI servers, and they appear here within seconds.
      </Empty>
    </div>
  )
}
