/** A Node of version 22 or newer, for programs that need one: the official SDK of Comfy API v2 does. */
import { readTestConfig } from '../config.ts'

const OLDEST = 22

/** Null when there is none: the one that runs the tests is too old, and none is named. */
export function findNewerNode(): string | null {
  const { newerNode } = readTestConfig()
  if (newerNode) return newerNode
  return Number.parseInt(process.versions.node) >= OLDEST ? process.execPath : null
}

/** For `describe.skipIf`: where nothing may be skipped, a Node that is missing is a failure. */
export const noNewerNode = findNewerNode() === null && !readTestConfig().requireAll
