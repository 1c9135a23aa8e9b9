/** Covers the page while a file hovers over it, and says what will happen. */
import './drop-overlay.css'

export function DropOverlay() {
  return (
    <div className="drop-overlay" role="status">
      <p>
        <strong>Drop it here</strong>
        <span>A workflow as JSON, or a PNG made by ComfyUI</span>
      </p>
    </div>
  )
}
