/** Small signs, drawn in one weight. They stand beside words or under a label, never alone. */

const PATHS = {
  save: 'M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.5h10',
  open: 'M9.5 3h3.5v3.5M13 3 7.5 8.5M11.5 9.5v3a.5.5 0 0 1-.5.5H3.5a.5.5 0 0 1-.5-.5V5a.5.5 0 0 1 .5-.5h3',
  copy: 'M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Z',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.7.7M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l.7-.7',
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  down: 'M4.5 6.5 8 10l3.5-3.5',
  upload: 'M8 10.5V3M4.800 6 8 2.800 11.200 6M3 13.5h10',
  brush:
    'M13 3 7.5 8.5M6.5 8.5c-1.600 0-2.300 1-2.300 2.300 0 1-.7 1.700-1.700 1.900 3 .8 5.800.2 5.800-2.400 0-1-.8-1.800-1.800-1.800Z',
  bin: 'M3.5 4.5h9M6.5 4.5v-1.5h3v1.5M4.800 4.5l.5 8.5h5.400l.5-8.5',
  undo: 'M5.5 3 3 5.5 5.5 8M3 5.5h6a3.5 3.5 0 0 1 0 7H6',
  dash: 'M4 8h8',
  skip: 'M2.5 9.5c1.5-5 8-5.5 10.5-1M13.5 4v4.5H9M5.5 13h5',
  again: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.5h-2.5',
  edit: 'M3 13l.6-2.8 7-7 2.2 2.2-7 7L3 13ZM9.2 4.6l2.2 2.2',
  kept: 'M8 2.5 13 5 8 7.5 3 5ZM3.5 8 8 10.3 12.5 8M3.5 11 8 13.3 12.5 11',
  zoom: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM10 10l3.5 3.5M5.3 7h3.4M7 5.3v3.4',
  file: 'M4 2.5h5l3 3v8H4ZM9 2.5v3h3',
  image:
    'M2.5 3.5h11v9h-11ZM2.5 10.5l3-3 2.5 2.5 2-2 3.5 3.5M10.5 6.2a.3.3 0 1 0 0-.6.3.3 0 0 0 0 .6Z',
  video: 'M2.5 4h11v8h-11ZM7 6.2v3.6L9.8 8Z',
  audio:
    'M6 12V4l6-1v8M6 12a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0ZM12 11a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0Z',
  text: 'M3 4h10M3 7h10M3 10h10M3 13h6',
} as const
export type SignName = keyof typeof PATHS

export function Sign({ name }: { name: SignName }) {
  return (
    <svg className="sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
