/** Names from elsewhere: none leaves the folder. */
import { describe, expect, it } from 'vitest'
import { toFileName, toNumbered } from './file-name.ts'

describe('a name', () => {
  it.each([
    ['safelight_00001_.png', 'safelight_00001_.png'],
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['/etc/cron.d/x', 'x'],
    ['..', 'output'],
    ['.', 'output'],
    ['', 'output'],
    ['a/', 'output'],
    ['.bashrc', 'bashrc'],
    ['a\u0000b\n\u001B[31mc.png', 'a b [31mc.png'],
    ['safe\u202Egnp.exe', 'safe gnp.exe'],
    ['C:evil?.png', 'C_evil_.png'],
    ['con', '_con'],
    ['NUL.png', '_NUL.png'],
    ['trailing. . ', 'trailing'],
    ['灯台.webp', '灯台.webp'],
  ])('%j becomes %j', (name, fileName) => {
    expect(toFileName(name)).toBe(fileName)
  })

  it('fits a file system, and keeps its extension', () => {
    const long = toFileName(`${'灯'.repeat(300)}.png`)
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(200)
    expect(long).toMatch(/^灯+\.png$/)
  })
})

it('is numbered before its extension', () => {
  expect(['a.png', 'a', 'a.tar.gz', '.png'].map((name) => toNumbered(name, 2))).toEqual([
    'a-2.png',
    'a-2',
    'a.tar-2.gz',
    '.png-2',
  ])
  expect(toNumbered('a.png', 1)).toBe('a.png')
})
