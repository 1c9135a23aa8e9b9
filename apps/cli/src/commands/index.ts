/** All commands, in the order in which the help shows them. */
import type { Command } from '../command.ts'
import { assetsCommand } from './assets.ts'
import { cancelCommand } from './cancel.ts'
import { doctorCommand } from './doctor.ts'
import { drainCommand, resumeCommand } from './drain.ts'
import { hostsCommand } from './hosts.ts'
import { housekeepingCommand } from './housekeeping.ts'
import { lsCommand } from './ls.ts'
import { openCommand } from './open.ts'
import { priorityCommand } from './priority.ts'
import { purgeCommand } from './purge.ts'
import { runCommand } from './run.ts'
import { watchCommand } from './watch.ts'
import { whyCommand } from './why.ts'

export const COMMANDS: readonly Command[] = [
  runCommand,
  watchCommand,
  lsCommand,
  whyCommand,
  priorityCommand,
  cancelCommand,
  purgeCommand,
  assetsCommand,
  hostsCommand,
  drainCommand,
  resumeCommand,
  housekeepingCommand,
  doctorCommand,
  openCommand,
]
