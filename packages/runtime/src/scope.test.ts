import { describe, expect, it } from 'vitest'
import { createScope } from './scope.ts'

describe('scope', () => {
  it('closes what was opened, last opened first', async () => {
    const closed: string[] = []
    const scope = createScope()
    const first = scope.use({ name: 'first', close: () => void closed.push('first') })
    scope.defer(async () => void closed.push('second'))
    expect(first.name).toBe('first')
    await scope.close()
    expect(closed).toEqual(['second', 'first'])
  })

  it('waits for one release before it starts the next', async () => {
    const order: string[] = []
    const scope = createScope()
    scope.defer(() => void order.push('outer'))
    scope.defer(async () => {
      order.push('inner starts')
      await new Promise((resolve) => setImmediate(resolve))
      order.push('inner ends')
    })
    await scope.close()
    expect(order).toEqual(['inner starts', 'inner ends', 'outer'])
  })

  it('closes once, however often and early it is asked', async () => {
    let times = 0
    const scope = createScope()
    scope.defer(() => void (times += 1))
    await Promise.all([scope.close(), scope.close()])
    await scope.close()
    expect(times).toBe(1)
  })

  it('runs every release even if some throw, and reports all failures together', async () => {
    const closed: string[] = []
    const scope = createScope('gateway')
    scope.defer(() => void closed.push('outermost'))
    scope.defer(() => {
      throw new Error('sync')
    })
    scope.defer(() => Promise.reject(new Error('async')))
    const failure: unknown = await scope.close().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AggregateError)
    expect(failure).toMatchObject({
      message: 'gateway: 2 could not be closed',
      errors: [{ message: 'async' }, { message: 'sync' }],
    })
    expect(closed).toEqual(['outermost'])
  })

  it('does not wait for ever for a release, unless that one may take its time', async () => {
    const closed: string[] = []
    const scope = createScope('worker', 20)
    scope.defer(() => void closed.push('outermost'))
    scope.defer(() => new Promise(() => undefined))
    scope.defer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 60))
      closed.push('patient')
    }, Infinity)
    await expect(scope.close()).rejects.toMatchObject({
      message: 'worker: 1 could not be closed',
      errors: [{ message: 'not closed within 20 ms' }],
    })
    expect(closed).toEqual(['patient', 'outermost'])
  })

  it('refuses a resource that comes after the end', async () => {
    const scope = createScope('gateway')
    await scope.close()
    expect(() => scope.defer(() => undefined)).toThrow('gateway is closed already')
  })

  it('can be disposed where the runtime has Symbol.asyncDispose', async () => {
    const symbol: unknown = Reflect.get(Symbol, 'asyncDispose')
    if (typeof symbol !== 'symbol') return
    let closed = false
    const scope = createScope()
    scope.defer(() => void (closed = true))
    const dispose: unknown = Reflect.get(scope, symbol)
    await (typeof dispose === 'function' ? dispose() : undefined)
    expect(closed).toBe(true)
  })
})
