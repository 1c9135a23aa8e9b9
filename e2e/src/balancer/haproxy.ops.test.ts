import { describeBalancer } from './scenario.ts'

describeBalancer('haproxy')
