/** What the command's exit code says; printed by `safelight help`. */

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  canceled: 4,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_WORDS: Record<keyof typeof EXIT, string> = {
  ok: 'all went well',
  failed: 'a job failed or expired, its outputs could not be saved, or a host was resumed',
  usage: 'the command, or a file it names, is not as it must be',
  refused: 'the server could not be reached, or refused (an invalid workflow, no access)',
  canceled: 'a job was canceled',
  interrupted: 'interrupted; the jobs go on',
}
