/** What the routes may reach. */
import type { MemoryRequest } from '../executor/executor.ts'
import type { FaultState } from '../faults/fault-switches.ts'
import type { ServerLog } from '../executor/server-log.ts'
import type { UserData } from '../files/user-data.ts'
import type { History } from '../executor/history.ts'
import type { InterruptFlag } from '../executor/interrupt.ts'
import type { PromptQueue } from '../executor/prompt-queue.ts'
import type { NodeDefinitions } from '../nodes/node-classes.ts'
import type { NodeEnvironment } from '../nodes/node-class.ts'
import type { ReceivedPrompt } from '../received-prompts.ts'

export interface ServerState {
  readonly environment: NodeEnvironment
  readonly classes: NodeDefinitions
  readonly queue: PromptQueue
  readonly history: History
  readonly interrupt: InterruptFlag
  readonly memory: MemoryRequest
  readonly faults: FaultState
  readonly vramBytes: number
  /** Told of every prompt that is taken. */
  readonly received: (prompt: ReceivedPrompt) => void
  /** Told of every upload that is kept. */
  readonly uploaded: (name: string) => void
  readonly maxUploadBytes: number
  readonly userData: UserData
  readonly log: ServerLog
  /** Called for every POST /free. */
  readonly freed: () => void
  /** Called whenever all classes are described at once, for which newer servers scan their folders. */
  readonly described: () => void
}
