/** All commands, in the order in which the help shows them. */
import type { Command } from '../command.ts'
import { cancel } from './cancel.ts'
import { hosts } from './hosts.ts'
import { ls } from './ls.ts'
import { open } from './open.ts'
import { run } from './run.ts'
import { watch } from './watch.ts'

export const COMMANDS: readonly Command[] = [run, watch, ls, cancel, hosts, open]
