import { expect, it } from 'vitest'
import { stripPaths } from './strip-paths.ts'

it.each([
  ['a unix path', 'in /srv/comfy/x.py', 'in x.py'],
  ['a folder of spaces', '"/srv/my models/x.bin"', '"x.bin"'],
  ['a doubled slash', "'/srv//comfy/x.py'", "'x.py'"],
  ['a path behind a colon', 'error:/srv/comfy/x.py', 'error:x.py'],
  ['a path behind an equals sign', 'path=/srv/comfy/x.py:12', 'path=x.py:12'],
  ['a list', "['/a/b.png', '/c/d e/f.png']", "['b.png', 'f.png']"],
  ['a file url', 'file:///srv/comfy/x.py', 'file://x.py'],
  ['a drive', String.raw`C:\Users\me\x.py, line 1`, 'x.py, line 1'],
  ['a drive as Python writes it', String.raw`'C:\\Users\\me\\x.py'`, "'x.py'"],
  ['a drive with both kinds of slashes', String.raw`D:\ComfyUI/models\vae/x.pt`, 'x.pt'],
  ['a drive with slashes', '"D:/ComfyUI/x.pt"', '"x.pt"'],
  ['a share', String.raw`on \\nas\models\x.pt`, 'on x.pt'],
  ['two in one line', '/a/b/c: /d/e/f', 'c: f'],
  ['after a letter of another plane', '𝒳/a/b', '𝒳/a/b'],
])('takes %s out', (_what, text, expected) => {
  expect(stripPaths(text)).toBe(expected)
})

it.each([
  'https://example.com/a/b.png?c=/d',
  'ws://127.0.0.1:8188/ws/x',
  'and/or 3/4, ./x/y, ../x/y, a / b / c',
  '// a comment',
  'nothing',
  '/',
  '',
])('leaves %j alone', (text) => {
  expect(stripPaths(text)).toBe(text)
})
