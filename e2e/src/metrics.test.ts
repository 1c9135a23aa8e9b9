/** docs/metrics.md says what the catalogue says, no more and no less. */
import { describeMetrics, type MetricDescription } from '@safelight/telemetry'
import { expect, it } from 'vitest'

const metrics = describeMetrics()

const HEADS = {
  api: 'Of an API',
  worker: 'Of a worker',
  both: 'Of both',
}

function toSection(of: MetricDescription['of']): string[] {
  const rows = metrics
    .filter((metric) => metric.of === of)
    .map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.map(toLabel).join('; ')} | ${help} |`,
    )
  return [
    `## ${HEADS[of]}`,
    '',
    '| metric | type | labels | what it is |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ]
}

const toLabel = ({ name, values }: MetricDescription['labels'][number]): string =>
  values && values.length <= 10 ? `\`${name}\`: ${values.join(', ')}` : `\`${name}\``

it('has a page with every metric', async () => {
  const page = [
    '# Metrics',
    '',
    'What `/metrics` of the admin port gives ([operations.md](operations.md)). Times are seconds, sizes bytes. Labels hold no job, no prompt and no user: the most there can be is a series per host, pool or route; a value that nobody foresaw, or one too many (more than 1000 hosts, pools or routes), is counted as `other`, and has no gauge. Node’s own metrics (`process_…`, `nodejs_…`) are there as `prom-client` names them.',
    '',
    ...toSection('api'),
    ...toSection('worker'),
    ...toSection('both'),
  ]
  await expect(page.join('\n')).toMatchFileSnapshot('../../docs/metrics.md')
})

it('names metrics as Prometheus wants them', () => {
  expect(metrics.length).toBeGreaterThan(40)
  const wrong = metrics.filter(
    ({ name, type, help }) =>
      !/^safelight_[a-z_]+$/.test(name) ||
      name.endsWith('_total') !== (type === 'counter') ||
      (type === 'histogram' && !name.endsWith('_seconds')) ||
      !help.endsWith('.'),
  )
  expect(wrong).toEqual([])
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length)
})
