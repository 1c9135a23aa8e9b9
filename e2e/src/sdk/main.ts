/** A program that uses the official SDK, as its users write them: `node main.ts SCENARIO JSON`. Says what it saw as one line of JSON. */
import { SCENARIOS } from './scenarios.ts'

const [, , name = '', args = '{}'] = process.argv
const scenario = Object.entries(SCENARIOS).find(([known]) => known === name)?.[1]
if (!scenario) throw new Error(`no such scenario: ${name}`)
process.stdout.write(`${JSON.stringify(await scenario(JSON.parse(args)))}\n`)
