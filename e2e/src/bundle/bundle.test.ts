/** The client stays small: no schema library, no surprise packages, and a bound that a change must not pass unnoticed. */
import { expect, it } from 'vitest'
import { measure } from './measure.ts'

const KIB = 1024

it('costs a page little, and brings nothing but Socket.IO', async () => {
  const { gzipBytes, packages } = await measure('@safelight/client')
  const foreign = packages.filter((name) => !/^(@socket\.io\/|socket\.io-|engine\.io-)/.test(name))
  expect(foreign).toEqual([])
  expect(gzipBytes).toBeLessThan(25 * KIB)
})

it('adds little for React, and brings no package of its own', async () => {
  const { gzipBytes, packages } = await measure('@safelight/client/react, beside the client')
  expect(packages).toEqual([])
  expect(gzipBytes).toBeLessThan(16 * KIB)
})
