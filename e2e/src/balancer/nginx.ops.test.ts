import { describeBalancer } from './scenario.ts'

describeBalancer('nginx')
