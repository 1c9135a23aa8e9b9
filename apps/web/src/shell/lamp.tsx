/** The mark: a darkroom lamp, lit. */
export function Lamp() {
  return (
    <svg className="lamp" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <path className="cord" d="M16 3v5" />
      <path className="shade" d="M7 19a9 9 0 0 1 18 0Z" />
      <path className="light" d="M9.5 22.5h13" />
      <path className="spill" d="M12.5 26.5h7" />
    </svg>
  )
}
