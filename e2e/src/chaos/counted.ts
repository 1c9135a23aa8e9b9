/** A run of chaos as Prometheus counted it and was stirred by it, against what really was: the second table of a run. Pure. */
import {
  type Account,
  type AccountFacts,
  accountForAccepted,
  accountForDispatches,
  accountForEnds,
  accountForFailures,
  accountForStarts,
  accountForTakenBack,
} from './accounts.ts'
import { accountForAdoptions, accountForLost, accountForOrphans } from './accounts-of-blows.ts'
import { type AlertVerdict, type HeldBlow, judgeAlerts } from './alerts.ts'
import type { Seen } from './beside.ts'
import type { Life } from './ledger.ts'
import { compareScraped, type ScrapedCount } from './scraped.ts'

export interface CountedRow extends Omit<ScrapedCount, 'faults'>, Account {}

export interface CountedVerdict {
  rows: CountedRow[]
  alerts: AlertVerdict
  faults: string[]
}

const ACCOUNTS: Readonly<Record<string, (facts: AccountFacts) => Account>> = {
  safelight_jobs_accepted_total: accountForAccepted,
  safelight_jobs_ended_total: accountForEnds,
  safelight_dispatched_total: accountForDispatches,
  safelight_attempts_started_total: accountForStarts,
  safelight_attempts_adopted_total: accountForAdoptions,
  safelight_attempts_failed_total: accountForFailures,
  safelight_workers_lost_total: accountForLost,
  safelight_orphans_total: accountForOrphans,
  safelight_jobs_taken_back_total: accountForTakenBack,
}
/** Only held to what was said of them. */
const NONE: Account = { really: null, why: [], faults: [] }

/** No fault of hosts or of Safelight. */
const OF_THE_JOB: readonly (string | null | undefined)[] = ['node', 'out_of_memory']

export interface CountedFacts extends Omit<AccountFacts, 'told'> {
  seen: Seen
  lives: readonly Life[]
  held: readonly HeldBlow[]
  /** ms since the epoch */
  endedAt: number
  /** Codes that are the fault of hosts or of Safelight. */
  ourCodes: readonly string[]
}

export function judgeCounted(facts: CountedFacts): CountedVerdict {
  const { seen, lives, jobs, held, disruptions, endedAt, ourCodes } = facts
  const told = lives.flatMap((life) => life.told)
  const { counts, faults } = compareScraped(seen.scraped, lives)
  const rows = counts.map(({ faults: scraped, ...count }): CountedRow => {
    const account = ACCOUNTS[count.metric]?.({ ...facts, told }) ?? NONE
    return { ...count, ...account, faults: [...scraped, ...account.faults] }
  })
  const causes = new Map<string, number>()
  for (const { name, cause } of told)
    if (name === 'attempt:failed' && !OF_THE_JOB.includes(cause))
      causes.set(cause ?? '', (causes.get(cause ?? '') ?? 0) + 1)
  const alerts = judgeAlerts(
    seen.stretches,
    { disruptions, held, endedAt },
    {
      deadLetters: jobs.flatMap(({ deadLetter, completedAt }) =>
        deadLetter && completedAt !== null ? [completedAt] : [],
      ),
      ours: jobs.filter(({ errorCode }) => errorCode !== null && ourCodes.includes(errorCode))
        .length,
      attemptsFailed: Math.max(0, ...causes.values()),
      lost: counts.find(({ metric }) => metric === 'safelight_workers_lost_total')?.counted ?? 0,
      slowWrites: told.flatMap(({ name, at }) => (name === 'event:appended' ? [at] : [])),
    },
  )
  return {
    rows,
    alerts,
    faults: [...faults, ...rows.flatMap((row) => row.faults), ...alerts.faults],
  }
}

/** For below the table of the run. */
export function toCountedLines({ rows, alerts, faults }: CountedVerdict): string[] {
  return [
    '| metric | Prometheus | said after the last scrape of a life | really | notes | |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ metric, counted, unscraped, really, why, faults: wrong }) =>
        `| \`${metric}\` | ${counted} | ${unscraped} | ${really ?? 'each by itself'} | ${why.length} | ${wrong.length === 0 ? 'equal' : `**${wrong.length} wrong**`} |`,
    ),
    '',
    '| blow | must fire | after |',
    '| --- | --- | --- |',
    ...alerts.held.map(
      ({ what, alert, afterMs }) =>
        `| ${what} | \`${alert}\` | ${afterMs === null ? '**never**' : `${(afterMs / 1_000).toFixed(0)} s`} |`,
    ),
    '',
    '| alert | pending | firing | accounted for by |',
    '| --- | --- | --- | --- |',
    ...alerts.rows.map(
      ({ alert, pending, firing, causes }) =>
        `| \`${alert}\` | ${pending} | ${firing} | ${causes.join(', ')} |`,
    ),
    '',
    ...rows.flatMap(({ metric, why }) => why.map((one) => `${metric}: ${one}`)),
    ...faults.map((fault) => `Prometheus: ${fault}`),
  ]
}
