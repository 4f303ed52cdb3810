import { mkdir, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSteeredDevice } from '../testing/steered-device.ts'

test('alone it prints help, and succeeds', async () => {
  await using device = await startSteeredDevice()
  const { status, out } = await device.run()
  expect(status).toBe(0)
  expect(out).toContain('Usage: berrysync')
  for (const name of ['daemon', 'add', 'secrets', 'remove', 'set', 'config', 'host', 'status', 'history']) {
    expect(out).toContain(`  ${name} `)
  }
})

test.each([
  [['nonsense']],
  [['add']],
  [['status', '--nonsense']],
  [['set', '.', 'paused']],
  [['host']],
  [['history', '--limit', '0']],
  [['status', '--wait', 'x']],
  [['status', '--wait', '5s']],
])('wrong usage ends with 2: %j', async (args) => {
  await using device = await startSteeredDevice()
  const { status, out, err } = await device.run(...args)
  expect([status, out]).toEqual([2, ''])
  expect(err).not.toBe('')
})

test('an error looks alike whoever notices it, and stands in one line', async () => {
  await using device = await startSteeredDevice()
  const lines = await Promise.all(
    [['--limit', '0'], ['--nonsense'], ['-nonsense'], ['one', 'two']].map(
      async (args) => (await device.run('history', ...args)).err,
    ),
  )
  expect(lines).toEqual([
    "berrysync: '0' is not a number of rows\n",
    "berrysync: unknown option '--nonsense'\n",
    "berrysync: unknown option '-nonsense' (to give a value that begins with a dash, write -- before it)\n",
    expect.stringMatching(/^berrysync: too many arguments[^\n]*\n$/),
  ])
  // Commander guesses what was meant, in a line of its own.
  expect((await device.run('statis')).err).toBe(
    "berrysync: unknown command 'statis' (Did you mean status?)\n",
  )
})

test('without a daemon a command fails with one line that says how to start it', async () => {
  await using device = await startSteeredDevice()
  const home = join(device.root, 'other home')
  for (const args of [
    ['status', '--home', home],
    ['--home', home, 'add', device.root],
  ]) {
    expect(await device.runRaw(...args)).toEqual({
      status: 1,
      out: '',
      err: `berrysync: No daemon runs for ${home}. Start it with: berrysync daemon --home ${home}\n`,
    })
  }
})

test('a folder is added, shown, and removed', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'my folder')
  await mkdir(path)
  const link = join(device.root, 'link')
  await symlink(path, link)

  const added = await device.json('add', link)
  expect(added).toMatchObject({ path, role: 'full', created: true })
  expect(added.full).toMatch(/^A[\w-]{32}$/)
  expect(added.readOnly).toMatch(/^B/)
  expect(await device.json('secrets', path)).toEqual({ full: added.full, readOnly: added.readOnly })
  const { out } = await device.run('secrets', link)
  expect(out).toBe(`full      ${added.full}\nreadOnly  ${added.readOnly}\n`)

  const status = await device.json('status')
  expect(status).toMatchObject({
    device: { name: 'test device', version: '0', listen: '127.0.0.1:4444' },
    folders: [
      {
        id: added.id,
        path,
        role: 'full',
        state: 'up-to-date',
        files: 0,
        bytes: 0,
        needFiles: 0,
        needBytes: 0,
      },
    ],
    traffic: { received: 0, sent: 0, receivedPerSecond: 0, sentPerSecond: 0 },
  })
  expect((await device.run('status')).out).toMatch(/my folder\s+full\s+up-to-date/)
  expect(await device.run('remove', path)).toMatchObject({ status: 0 })
  expect((await stat(path)).isDirectory()).toBe(true)
  expect((await device.json('status')).folders).toEqual([])
})

test('a secret can come from standard input, and a mistyped one is refused', async () => {
  await using device = await startSteeredDevice()
  const [a, b] = [join(device.root, 'a'), join(device.root, 'b')]
  await Promise.all([mkdir(a), mkdir(b)])
  const { readOnly } = await device.json('add', a)
  await device.run('remove', a)
  device.input = `${readOnly}\n`
  expect(await device.json('add', b, '-')).toMatchObject({ role: 'read-only', created: false, readOnly })
  expect(await device.json('secrets', b)).toEqual({ readOnly })
  const wrong = await device.run('add', a, readOnly.replace(/.$/, readOnly.endsWith('A') ? 'B' : 'A'))
  expect(wrong.status).toBe(1)
  expect(wrong.err).toMatch(/^berrysync: This secret has a typing mistake[^\n]*\n$/)
})

test('settings are shown with their meaning, and set by key', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  expect((await device.run('set', path)).out).toMatch(/massDeletePercent\s+25\s+default/)
  expect((await device.run('set', path)).out).toMatch(/archiveMaxBytes\s+20G\s+default/)
  const { settings } = await device.json('set', path, 'paused=on', 'hosts=h.example:1')
  expect(settings).toContainEqual(expect.objectContaining({ key: 'paused', value: true, isDefault: false }))
  expect(device.opener.opened.get(path)!.settings).toMatchObject({ paused: true, hosts: ['h.example:1'] })
  const wrong = await device.run('set', path, 'paused=off', 'colour=red')
  expect([wrong.status, wrong.err]).toEqual([2, expect.stringContaining('There is no setting "colour"')])
  expect(device.opener.opened.get(path)!.settings.paused).toBe(true)
  expect((await device.run('config', 'name=pi')).out).toMatch(/name\s+pi/)
})

test('hosts are added and removed one by one', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  await device.run('host', 'add', path, 'B.example:2')
  await device.run('host', 'add', path, '[2001:db8::1]:3')
  expect(await device.json('host', 'add', path, 'b.example:2')).toEqual({
    hosts: ['[2001:db8::1]:3', 'b.example:2'],
  })
  expect((await device.run('host', 'list', path)).out).toBe('[2001:db8::1]:3\nb.example:2\n')
  expect(await device.json('host', 'remove', path, '[2001:db8::1]:3')).toEqual({ hosts: ['b.example:2'] })
  expect(await device.run('host', 'add', path, 'b.example')).toMatchObject({
    status: 2,
    err: expect.stringContaining('"b.example" is not a host and port'),
  })
})

test('an address that is none adds no folder, and is put into no link', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  const refused = await device.run('add', path, '--host', 'no host')
  expect(refused).toMatchObject({
    status: 2,
    out: '',
    err: expect.stringContaining('"no host" is not a host and port'),
  })
  expect((await device.json('status')).folders).toEqual([])
  await device.run('add', path, '--host', 'H.example:4444')
  expect(await device.json('host', 'list', path)).toEqual({ hosts: ['h.example:4444'] })
  for (const command of ['secrets', 'invite'])
    expect(await device.run(command, path, '--link', '--host', 'no host')).toMatchObject({
      status: 2,
      out: '',
    })
  const many = Array.from({ length: 5 }, (_, at) => `h${at}.example:1`)
  expect(
    (await device.run('secrets', '--qr', ...many.flatMap((host) => ['--host', host]), path)).err,
  ).toContain('room for 4 addresses')
})

test('waiting ends when there is a peer and nothing left to do, and fails at the limit', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  expect(await device.run('status', '--wait')).toMatchObject({ status: 0 })
  await device.run('add', path)
  const late = await device.run('status', path, '--wait', '3')
  expect(late).toMatchObject({ status: 1, err: expect.stringContaining('No peer has connected yet') })
  expect(device.opener.opened.get(path)!.calls).toContain('rescan')
  device.onPause = () => device.connectPeer(path)
  expect(await device.run('status', '--wait', '3')).toMatchObject({ status: 0 })
  expect((await device.json('status', '--wait')).folders[0]).toMatchObject({
    settled: true,
    peers: [{ name: 'peer' }],
  })
})

test('a folder without a peer does not pass for up to date, and says what came of each host', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  const status = async () => (await device.run('status')).out
  expect(await status()).toMatch(/full\s+up-to-date, no peer connected\s.*\snone\n/)
  expect(await status()).toContain('No peer has connected yet, so nothing was sent or received.')
  expect(await status()).toContain(`where a peer is can be told: \`berrysync host add ${path} HOST:PORT\``)

  const refused = {
    code: 'unreachable',
    message: '192.0.2.7:1 cannot be reached: ECONNREFUSED.',
    data: {},
  } as const
  const waiting = { tried: [], at: Date.UTC(2026, 0, 1), nextInMs: 11_500 }
  const isSelf = { code: 'peer-self', message: 'This address is this device itself.', data: {} } as const
  device.dialResults = [
    { host: 'pi.example:1', ...waiting, state: 'waiting', lastResult: refused },
    { host: 'new.example:1', ...waiting, state: 'waiting', lastResult: undefined },
    { host: 'own.example:1', ...waiting, state: 'given-up', lastResult: isSelf, nextInMs: undefined },
    {
      ...{ host: 'both.example:1', ...waiting, state: 'waiting', lastResult: refused },
      tried: [
        {
          address: '192.0.2.8:1',
          code: 'unreachable',
          message: '192.0.2.8:1 cannot be reached: no answer.',
          data: {},
        },
        { address: '192.0.2.7:1', ...refused },
      ],
    },
    { host: 'up.example:1', ...waiting, state: 'connected', lastResult: undefined, nextInMs: undefined },
  ]
  const out = await status()
  expect(out).toMatch(
    /host pi\.example:1 \(direct\): tried 202\d-[-\d: ]+, again in 12 s\n\s+192.0.2.7:1 cannot be reached/,
  )
  expect(out).toContain('host new.example:1 (direct): not tried yet\n')
  expect(out).toMatch(
    /host own\.example:1 \(direct\): tried [-\d: ]+, not tried again\n\s+This address is this device/,
  )
  expect(out).toMatch(/host both\.example:1 .*\n\s+192.0.2.8:1 cannot.*\n\s+192.0.2.7:1 cannot/)
  expect(out).not.toContain('up.example')
  expect((await device.json('status')).folders[0].routes[0]).toEqual({
    ...{
      source: 'host',
      target: 'pi.example:1',
      via: 'direct',
      state: 'waiting',
      tried: [],
      nextInSeconds: 12,
    },
    ...{ at: '2026-01-01T00:00:00.000Z', lastResult: refused },
  })
  expect((await device.run('status', path, '--wait', '1')).err).toMatch(
    /: 192.0.2.7:1 cannot be reached: ECONNREFUSED\)\n$/,
  )
})

test('peers --explain tells every way that was tried, and what is switched off', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  device.searchResults = [
    {
      by: 'tracker',
      at: 'udp://tracker.example:6969',
      state: 'failed',
      message: 'no answer\u001b[2J',
      found: 0,
      atMs: 0,
    },
  ]
  const refused = {
    code: 'unreachable',
    message: '192.0.2.7:1 cannot be reached: ECONNREFUSED.',
    data: {},
  } as const
  device.wayResults = [
    { at: '192.0.2.7:1', by: 'lan', state: 'waiting', lastResult: refused, atMs: 0, nextInMs: 11_500 },
    {
      at: 'relay.example:1 7',
      by: 'relay',
      state: 'connected',
      lastResult: undefined,
      atMs: 0,
      nextInMs: undefined,
    },
  ]
  const { out } = await device.run('peers', path, '--explain')
  expect(out.split('\n').map((line) => line.replace(/tried [-\d: ]+,/, 'tried,'))).toEqual([
    'local network: nothing was asked yet',
    'trackers, udp://tracker.example:6969: no answer\\u{1b}[2J',
    `DHT: off (berrysync set ${path} dht=on)`,
    'relays: none is set',
    'This device: nobody was asked',
    'Ways to peers:',
    '  lan 192.0.2.7:1 (direct): tried, again in 12 s',
    '    192.0.2.7:1 cannot be reached: ECONNREFUSED.',
    '  relay relay.example:1 7 (relay): connected',
    '',
  ])
  device.isClosed = true
  expect((await device.run('peers', path, '--explain')).out).toContain('This device is closed')
  expect(await device.run('peers', '--explain')).toMatchObject({ status: 2 })
})

test('add with the secret before the directory is told so', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  const { full, readOnly } = await device.json('add', path)
  for (const secret of [full, readOnly, `${full.slice(0, -1)}x`]) {
    const { status, err } = await device.run('add', secret, join(device.root, 'b'))
    expect([status, err]).toEqual([2, expect.stringContaining('berrysync add DIR SECRET')])
  }
  // As base64 text this could be somebody's own secret.
  const long = join(device.root, 'music/of/all/the/podcasts/of/this/house')
  await mkdir(long, { recursive: true })
  expect((await device.run('add', long, 'x'.repeat(40))).status).toBe(0)
})

test('a name from elsewhere cannot steer the terminal', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  device.connectPeer(path, 'evil\u001b[2J\u202e')
  const { out } = await device.run('status')
  expect(out).toContain('evil\\u{1b}[2J\\u{202e}')
  expect((await device.run('status', '--json')).out).toContain('evil\\u001b[2J\\u202e')
})

test('what was not changed here cannot be undone, and the way to what was is told', async () => {
  await using device = await startSteeredDevice()
  const [mine, theirs] = [join(device.root, 'a'), join(device.root, 'b')]
  await Promise.all([mkdir(mine), mkdir(theirs)])
  const { readOnly } = await device.json('add', mine)
  await device.run('remove', mine)
  await device.run('add', theirs, readOnly)
  const asked: (string | undefined)[] = []
  Object.assign(device.opener.opened.get(theirs)!.answers, {
    restoreLocal: async (path: string | undefined) => {
      asked.push(path)
      return path === 'there/é' ? 1 : 0
    },
  })
  expect(await device.run('restore', theirs, 'nope')).toEqual({
    status: 1,
    out: '',
    err: `berrysync: Nothing was changed here at nope. \`berrysync restore --list ${theirs}\` lists what was.\n`,
  })
  expect((await device.run('restore', theirs)).out).toBe('Nothing was changed here.\n')
  // As a shell completes it, and as a Mac decomposes it.
  for (const path of ['./there/é/', join(theirs, 'there/é'), 'there/e\u0301'])
    expect(await device.run('restore', theirs, path)).toMatchObject({ out: 'Undoing 1 local change.\n' })
  expect(asked).toEqual(['nope', undefined, 'there/é', 'there/é', 'there/é'])
})

test('repairs reach the folder', async () => {
  await using device = await startSteeredDevice()
  const [mine, theirs] = [join(device.root, 'a'), join(device.root, 'b')]
  await Promise.all([mkdir(mine), mkdir(theirs)])
  const { readOnly } = await device.json('add', mine)
  expect(await device.run('restore', mine)).toMatchObject({
    status: 1,
    err: expect.stringContaining('not read-only'),
  })
  await device.run('remove', mine)
  await device.run('add', theirs, readOnly)
  expect(await device.json('restore', theirs, 'x/y')).toEqual({ restored: 2 })
  expect((await device.run('restore', theirs, '--list')).out).toBe('Nothing was changed here.\n')
  expect((await device.run('deletes', theirs)).out).toBe('No deletions wait.\n')
  Object.assign(device.opener.opened.get(theirs)!.answers, { heldDeletes: () => ['a', 'b'] })
  expect((await device.run('deletes', theirs, '--undo')).out).toMatch(
    /^2 deletions undone: files that are still here stay/,
  )
  expect(await device.json('archive', 'restore', theirs, 'id 1')).toEqual({ path: 'a.txt' })
  expect(await device.json('archive', 'list', theirs)).toEqual({ archive: [] })
  expect(await device.json('history')).toEqual({ history: [] })
  expect(await device.json('conflicts')).toEqual({ conflicts: [] })
  expect(await device.json('peers', theirs)).toEqual({ peers: [] })
  expect(device.opener.opened.get(theirs)!.calls).toEqual([
    'opened as new',
    'restore x/y',
    'undo',
    'restore id 1',
  ])
})

test('limits hold at once, and the status tells which', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  expect((await device.run('status')).out).not.toContain('limits')
  await device.run('set', path, 'downloadLimit=2M')
  await device.run('config', 'uploadLimit=500K')
  const status = await device.json('status')
  expect(status.device.limits).toEqual({
    ...{ upload: 512_000, download: 0, lan: false, paused: false, by: 'settings' },
  })
  expect(status.folders[0].limits).toEqual({ upload: 0, download: 2 * 1024 ** 2 })
  const { out } = await device.run('status')
  expect(out).toContain('limits: up 512 kB/s, not within the local network')
  expect(out).toContain('limits of this folder: down 2.1 MB/s')
  expect(await device.run('config', 'uploadLimit=100')).toMatchObject({ status: 2 })
})

test('a pause of the schedule shows in every folder', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  expect((await device.run('config', 'limitSchedule=daily 00:00-24:00 pause')).status).toBe(0)
  const status = await device.json('status')
  expect(status.device.limits).toMatchObject({ paused: true, by: 'schedule', until: expect.any(String) })
  expect((await device.run('status')).out).toMatch(/limits by the schedule: paused; until .* at least/)
  expect(status.folders[0].explanation).toContain('Paused by the schedule')
  const { status: code, err } = await device.run('config', 'limitSchedule=monday 08:00-09:00 pause')
  expect(code).toBe(2)
  expect(err).toMatch(/^berrysync: [^\n]*"monday" is not days[^\n]*\n$/)
})

test('a file is asked for by the name it has in the folder', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  expect(await device.json('fetch', path, 'shows/day 1.mp3')).toEqual({
    path: 'shows/day 1.mp3',
    state: 'coming',
  })
  expect((await device.run('fetch', path, join(path, 'x'))).out).toBe(
    'x comes next, as soon as a peer can send it.\n',
  )
  expect((await device.run('fetch', path, 'x', '--release')).status).toBe(0)
  expect(device.opener.opened.get(path)!.calls.slice(-3)).toEqual([
    'fetch shows/day 1.mp3',
    'fetch x',
    'release x',
  ])
  expect(await device.run('fetch', path)).toMatchObject({ status: 2 })
})

test('only a folder without the full secret may keep less than everything', async () => {
  await using device = await startSteeredDevice()
  const [a, b] = [join(device.root, 'a'), join(device.root, 'b')]
  await Promise.all([mkdir(a), mkdir(b)])
  const { readOnly } = await device.json('add', a)
  const refused = await device.run('set', a, 'keepNewestFiles=10', 'fetchOrder=smallest')
  expect(refused.status).toBe(2)
  expect(refused.err).toMatch(
    /^berrysync: "10" is not a valid value for keepNewestFiles: [^\n]*full secret[^\n]*\n$/,
  )
  expect((await device.run('set', a, 'keepNewestFiles=0', 'fetchOrder=smallest')).status).toBe(0)
  await device.run('remove', a)
  await device.run('add', b, readOnly)
  expect((await device.run('set', b, 'keepNewestFiles=10', 'keepNewestBytes=20G')).status).toBe(0)
  const folder = device.opener.opened.get(b)!
  expect(folder.settings).toMatchObject({ keepNewestFiles: 10, keepNewestBytes: 20 * 1024 ** 3 })
  const status = folder.answers.status()
  Object.assign(folder.answers, { status: () => ({ ...status, notKept: { files: 3, bytes: 4_000_000 } }) })
  expect((await device.run('status')).out).toContain('not kept here: 3 older files, 4.0 MB')
  expect((await device.run('set', b, 'fetchOrder=oldest')).err).toContain(
    'write auto, newest, smallest or alphabetical',
  )
})

test('removing a host that is not there says so', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  await device.run('host', 'add', path, 'b.example:2')
  expect(await device.run('host', 'remove', path, 'c.example:2')).toEqual({
    ...{ status: 1, out: '' },
    err: 'berrysync: c.example:2 among the predefined hosts of this folder was not found.\n',
  })
  expect(await device.run('host', 'remove', path, 'b.example:2')).toMatchObject({ status: 0 })
})

test('settings fit the terminal, and tell what an option overrules', async () => {
  await using device = await startSteeredDevice()
  const wide = (await device.run('config')).out
  expect(wide).toMatch(
    /^listen +0\.0\.0\.0:4444 +default; until the daemon ends: 127\.0\.0\.1:4444, by --listen/m,
  )
  device.columns = 160
  const fitting = (await device.run('config')).out
  expect(Math.max(...fitting.split('\n').map((line) => line.length))).toBeLessThanOrEqual(160)
  const words = (text: string) => text.split(/[\s,]+/).toSorted()
  expect(words(fitting)).toEqual(words(wide))
})

test('history can be searched', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  const asked: unknown[] = []
  const history = (...args: unknown[]) => {
    asked.push(args)
    return []
  }
  Object.assign(device.opener.opened.get(path)!.answers, { history })
  expect((await device.run('history', '--search', 'Фото 1', path)).out).toBe('Nothing happened yet.\n')
  expect(asked).toEqual([[101, { search: 'Фото 1' }]])
})
