/** The package in a small Debian with its own systemd: installed, started, asked for its page, updated, removed. Run by `npm run test:deb`. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Container, startContainer } from './container.ts'
import { exposureFigures } from './exposure-figures.ts'
import { packageFile } from './places.ts'
import { run } from './run.ts'

const inside = '/var/tmp/berrysync.deb'
const limitMs = 60_000

/** Looks until it is so. */
async function comes(what: string, check: () => boolean): Promise<void> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await pause(500)) if (check()) return
  assert.fail(`not in time: ${what}`)
}

function answers(container: Container, address: string): boolean {
  return (
    container.execute('curl', '--silent', '--fail', '--max-time', '5', '--output', '/dev/null', address)
      .status === 0
  )
}

function isActive(container: Container, unit = 'berrysync.service'): boolean {
  return container.execute('systemctl', 'is-active', unit).output === 'active'
}

describe('on an ordinary Debian', () => {
  let container: Container
  before(async () => {
    container = await startContainer((root) => copyFileSync(packageFile('amd64'), join(root, inside)))
  })
  after(() => container[Symbol.asyncDispose]())

  test('is installed with nothing but what is there, and runs at once as a user of its own', async () => {
    const { status } = container.execute('dpkg', '--install', inside)
    assert.equal(status, 0)
    await comes('the page', () => answers(container, 'http://127.0.0.1:8888/'))
    const user = container.execute(
      'sh',
      '-c',
      'ps -o user= -p "$(systemctl show -P MainPID berrysync.service)"',
    ).output
    assert.equal(user, 'berrysync')
  })

  test('the command reaches the daemon', () => {
    const { status, output } = container.execute(
      'berrysync',
      '--home',
      '/var/lib/berrysync/home',
      'status',
      '--json',
    )
    assert.equal(status, 0)
    assert.ok(Array.isArray(JSON.parse(output).folders))
  })

  test('A4: the daemon writes to its state and below the place of disks, and nowhere else', () => {
    const inDaemon = (script: string) =>
      container.execute(
        ...[
          'sh',
          '-c',
          `nsenter --target "$(systemctl show -P MainPID berrysync.service)" --mount setpriv --reuid berrysync --regid berrysync --clear-groups sh -c '${script}'`,
        ],
      ).status
    assert.equal(inDaemon('touch /var/lib/berrysync/home/probe && rm /var/lib/berrysync/home/probe'), 0)
    for (const place of [
      '/srv/berrysync',
      '/var/lib/berrysync/system',
      '/var/lib/berrysync/releases',
      '/etc',
      '/usr/lib/berrysync',
      '/run/berrysync',
    ])
      assert.notEqual(inDaemon(`touch ${place}/probe`), 0, place)
  })

  test('a disk that is mounted while the daemon runs can be written by it', () => {
    const script = [
      'mkdir /srv/berrysync/stick && mount -t tmpfs -o mode=755,uid=berrysync tmpfs /srv/berrysync/stick',
      'pid=$(systemctl show -P MainPID berrysync.service)',
      'nsenter --target "$pid" --mount setpriv --reuid berrysync --regid berrysync --clear-groups touch /srv/berrysync/stick/song',
      'test -e /srv/berrysync/stick/song',
      'umount /srv/berrysync/stick',
      '! nsenter --target "$pid" --mount mountpoint -q /srv/berrysync/stick',
      'rmdir /srv/berrysync/stick',
    ].join(' && ')
    assert.equal(container.execute('sh', '-c', script).status, 0)
  })

  test('without the file that makes an appliance, nothing of one runs', () => {
    for (const unit of ['berrysync-helper.socket', 'berrysync-settle.service', 'berrysync-announce.service'])
      assert.equal(isActive(container, unit), false, unit)
  })

  test('a daemon that dies comes back', async () => {
    const before = container.execute('systemctl', 'show', '-P', 'MainPID', 'berrysync.service').output
    container.execute('kill', '-KILL', before)
    await comes('another process', () => {
      const now = container.execute('systemctl', 'show', '-P', 'MainPID', 'berrysync.service').output
      return now !== '0' && now !== before
    })
    await comes('the page', () => answers(container, 'http://127.0.0.1:8888/'))
  })

  test('an update keeps the identity and runs the new program; what a person stopped from starting stays so', async () => {
    const identity = () => container.execute('sha256sum', '/var/lib/berrysync/home/identity.json').output
    const before = identity()
    container.execute('systemctl', 'disable', 'berrysync.service')
    assert.equal(container.execute('dpkg', '--install', inside).status, 0)
    await comes('the page', () => answers(container, 'http://127.0.0.1:8888/'))
    assert.equal(identity(), before)
    assert.equal(container.execute('systemctl', 'is-enabled', 'berrysync.service').output, 'disabled')
  })

  test('removed and purged, it runs no more, and the identity is still there', () => {
    assert.equal(container.execute('dpkg', '--purge', 'berrysync').status, 0)
    assert.equal(isActive(container), false)
    assert.equal(container.execute('test', '-s', '/var/lib/berrysync/home/identity.json').status, 0)
    assert.equal(container.execute('test', '-e', '/usr/lib/berrysync').status, 1)
  })
})

describe('on an appliance, where it was installed in a chroot', () => {
  let container: Container
  before(async () => {
    container = await startContainer((root) => {
      copyFileSync(packageFile('amd64'), join(root, inside))
      mkdirSync(join(root, 'etc/berrysync'))
      writeFileSync(join(root, 'etc/berrysync/appliance'), 'BERRYSYNC_OPTIONS=--web 0.0.0.0:80\n')
      run('chroot', [root, '/usr/bin/env', '-i', 'PATH=/usr/sbin:/usr/bin', 'dpkg', '--install', inside])
    })
  })
  after(() => container[Symbol.asyncDispose]())

  test('is up after the start, on the port that only root may give', async () => {
    await comes('the page', () => answers(container, 'http://127.0.0.1/'))
  })

  test('the helper listens, for the daemon alone', () => {
    assert.ok(isActive(container, 'berrysync-helper.socket'))
    const { output } = container.execute('stat', '--format=%U %G %a', '/run/berrysync/helper.sock')
    assert.equal(output, 'root berrysync 660')
  })

  test('avahi is told of the port', () => {
    const { output } = container.execute('cat', '/etc/avahi/services/berrysync.service')
    assert.match(output, /<port>80<\/port>/)
  })

  test('the helper answers the daemon with the rights that are left to it', () => {
    const ask = (verb: string) => {
      const script = `
        const socket = require('node:net').connect('/run/berrysync/helper.sock', () => socket.write('{"verb":"${verb}"}\\n'))
        socket.pipe(process.stdout)`
      const asDaemon = ['setpriv', '--reuid=berrysync', '--regid=berrysync', '--clear-groups']
      const { output } = container.execute(...asDaemon, '/usr/lib/berrysync/node', '-e', script)
      return JSON.parse(output.split('\n').at(-1)!)
    }
    assert.equal(typeof ask('describe').done?.timeZone, 'string')
    assert.match(ask('logs').done?.text ?? '', /Berrysync/)
    assert.equal(ask('settle').error?.code, 'request-invalid')
  })

  test('what is mounted and unmounted with the rights of the helper is so for everybody', () => {
    // Its unit, with other programs.
    const unit = '/usr/lib/systemd/system/berrysync-helper@.service'
    const runs = (program: string) => {
      const edits = [
        '/^Standard/d',
        `s|^ExecStart=.*|ExecStart=${program}|`,
        's|^.Service.|&\\nType=oneshot|',
      ]
      const edited = `sed ${edits.map((edit) => `-e '${edit}'`).join(' ')} ${unit} > /run/systemd/system/rights.service`
      return `${edited} && systemctl daemon-reload && systemctl start rights.service`
    }
    const script = [
      runs('/usr/bin/systemd-mount --no-ask-password --tmpfs /mnt'),
      'mountpoint -q /mnt',
      runs('/usr/bin/umount /mnt'),
      '! mountpoint -q /mnt',
    ].join(' && ')
    assert.equal(container.execute('sh', '-c', script).status, 0)
  })

  test('no unit has more rights than docs/security.md says', () => {
    const units = exposureFigures()
    assert.ok(units.size > 5)
    for (const [unit, figure] of units) {
      const { output } = container.execute(
        'systemd-analyze',
        'security',
        '--offline=true',
        '--no-pager',
        `/usr/lib/systemd/system/${unit}`,
      )
      const measured = Number(/exposure level for \S+: (\d+\.\d)/.exec(output)?.[1])
      assert.ok(measured <= figure, `${unit}: ${measured}, not ${figure}`)
    }
  })
})
