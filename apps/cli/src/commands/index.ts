/** All commands, in the order in which the help shows them. */
import type { Command } from '../command.ts'
import { assetsCommand } from './assets.ts'
import { cancelCommand } from './cancel.ts'
import { hostsCommand } from './hosts.ts'
import { lsCommand } from './ls.ts'
import { openCommand } from './open.ts'
import { priorityCommand } from './priority.ts'
import { runCommand } from './run.ts'
import { watchCommand } from './watch.ts'

export const COMMANDS: readonly Command[] = [
  runCommand,
  watchCommand,
  lsCommand,
  priorityCommand,
  cancelCommand,
  assetsCommand,
  hostsCommand,
  openCommand,
]
