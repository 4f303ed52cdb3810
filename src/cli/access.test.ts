import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSteeredDevice } from '../testing/steered-device.ts'

const good = 'correct horse battery'

test('the password is asked for twice on a terminal, or is the first line of the input', async () => {
  await using device = await startSteeredDevice()
  const kept = () => readFile(join(device.home, 'config.json'), 'utf8')
  device.typed = [good, `${good}!`]
  expect(await device.run('password')).toMatchObject({ status: 1, err: expect.stringContaining('differ') })
  for (const weak of ['short', '']) {
    device.typed = [weak, weak]
    expect(await device.run('password')).toMatchObject({
      status: 1,
      err: expect.stringContaining('10 are the least'),
    })
  }
  device.typed = [good, good]
  expect(await device.run('password')).toMatchObject({ status: 0, out: expect.stringContaining('is set') })
  const first = await kept()
  expect(first).toMatch(/"webPassword": "\$scrypt\$/)
  expect(first).not.toContain(good)
  device.input = 'another long sentence\nand what is behind it'
  expect(await device.run('password')).toMatchObject({ status: 0 })
  expect(await kept()).not.toBe(first)
  // What else is set, and what is changed later, leaves it alone.
  const second = JSON.parse(await kept()).webPassword
  await device.run('config', 'uploadLimit=1M')
  expect(JSON.parse(await kept())).toMatchObject({ webPassword: second, uploadLimit: 1024 ** 2 })
})

test('tokens are made, listed without what they open, and revoked', async () => {
  await using device = await startSteeredDevice()
  expect((await device.run('token', 'list')).out).toContain('There are no tokens')
  const made = await device.json(
    'token',
    'create',
    'graphs of\u202e the \u001b[31mcellar',
    '--expires',
    '1d2h',
  )
  expect(made).toMatchObject({ scope: 'read', token: expect.stringMatching(/^bs_[\w-]{43}$/) })
  expect(Date.parse(made.expires) - Date.parse(made.created)).toBe(26 * 3_600_000)
  const { out } = await device.run('token', 'create', 'scripts', '--scope', 'control')
  expect(out).toMatch(/^bs_[\w-]{43}\nIt may read and change everything but secrets, until it is revoked\./)
  const list = (await device.run('token', 'list')).out
  expect(list).toContain('graphs of\\u{202e} the \\u{1b}[31mcellar')
  expect(list).not.toContain('bs_')
  expect(await device.run('token', 'revoke', made.id)).toMatchObject({ status: 0 })
  expect(await device.run('token', 'revoke', made.id)).toMatchObject({
    status: 1,
    err: expect.stringContaining('no token'),
  })
  expect((await device.json('token', 'list')).tokens).toHaveLength(1)
  for (const wrong of [
    ['--scope', 'all'],
    ['--expires', 'soon'],
    ['--expires', '0h'],
  ])
    expect(await device.run('token', 'create', 'x', ...wrong)).toMatchObject({ status: 2 })
})
