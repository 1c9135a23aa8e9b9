/** A dashboard as Grafana reads it from a file. Pure: the same text for the same dashboard. */
import type { Dashboard, Panel } from './dashboards/index.ts'

const COLUMNS = 24
const SIZES = { stat: { w: 6, h: 4 }, timeseries: { w: 12, h: 8 } } as const
/** Of deploy/grafana/provisioning/datasources. */
const DATASOURCE = { type: 'prometheus', uid: 'prometheus' }
const SCHEMA = 39

export function toGrafana({ file, title, panels }: Dashboard): string {
  const places = layOut(panels)
  const dashboard = {
    uid: `safelight-${file}`,
    title,
    tags: ['safelight'],
    schemaVersion: SCHEMA,
    version: 1,
    editable: false,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: '',
    templating: { list: [] },
    annotations: { list: [] },
    links: [{ type: 'dashboards', tags: ['safelight'], title: 'Safelight', asDropdown: false }],
    panels: panels.map((panel, at) => toPanel(panel, at + 1, places[at])),
  }
  return `${JSON.stringify(dashboard, null, 2)}\n`
}

/** In reading order; a row is as high as its first. */
function layOut(panels: readonly Panel[]) {
  let [x, y, height] = [0, 0, 0]
  return panels.map(({ kind }) => {
    const { w, h } = SIZES[kind]
    if (x + w > COLUMNS || (height > 0 && h !== height)) [x, y, height] = [0, y + height, 0]
    const place = { x, y, w, h }
    x += w
    height = h
    return place
  })
}

function toPanel(panel: Panel, id: number, gridPos: unknown) {
  const { title, description, kind, queries } = panel
  return {
    id,
    type: kind,
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: toDefaults(panel), overrides: [] },
    options:
      kind === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'] } }
        : { tooltip: { mode: 'multi', sort: 'desc' } },
    targets: Object.entries(queries).map(([expr, legendFormat], at) => ({
      refId: String.fromCodePoint(65 + at),
      datasource: DATASOURCE,
      expr,
      legendFormat,
    })),
  }
}

function toDefaults({ kind, unit, max, words, bad }: Panel) {
  return {
    unit,
    min: 0,
    ...(max !== undefined && { max }),
    // always written down: left out, Grafana takes everything above 80 for bad
    thresholds: { mode: 'absolute', steps: toSteps(bad) },
    ...(bad && kind === 'timeseries' && { custom: { thresholdsStyle: { mode: 'line' } } }),
    ...(words && {
      mappings: [
        {
          type: 'value',
          options: Object.fromEntries(
            Object.entries(words).map(([value, text]) => [value, { text }]),
          ),
        },
      ],
    }),
  }
}

function toSteps(bad: Panel['bad']) {
  if (!bad) return [{ color: 'text', value: null }]
  if ('above' in bad)
    return [
      { color: 'green', value: null },
      { color: 'red', value: bad.above },
    ]
  return [
    { color: 'red', value: null },
    { color: 'green', value: bad.below },
  ]
}
