/** What every version so far has left on its disks and said to its peers is understood by the program as it is. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { deviceKeysOf } from '../net/identity.ts'
import { openListener } from '../net/listener.ts'
import type { Link } from '../ports.ts'
import { frameHeader } from '../wire/frames.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import { accountOfSet } from './fixture-account.ts'
import { fixtureSets } from './fixture-set.ts'
import { createTestContext } from './loopback.ts'
import { createManualClock } from './manual-clock.ts'
import { identityOf, openMemoryDevice, pass } from './memory-device.ts'
import { toPlain } from './store-account.ts'
import {
  createRecordedPeer,
  filesOf,
  fillTalker,
  hashOf,
  membershipOfAll,
  saidBytes,
  shakeHands,
  startMs,
} from './wire-fixture.ts'

const sets = fixtureSets()

test('the version this is has a set: whoever raises it makes the next one', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(sets.map((set) => set.version)).toContain(version)
})

describe.each(sets.map((set) => [set.version, set] as const))('what %s left', (_, set) => {
  test('I11: is known in full: databases, settings, keys, backup, releases', async () => {
    const account = await accountOfSet(set)
    // Later versions may know more of it, never less.
    expect(account).toMatchObject(set.expected() as object)
  })
})

describe.each(sets.map((set) => [set.version, set.wire()] as const))('what %s said', (_, fixture) => {
  const ephemerals = {
    attic: Buffer.from(fixture.ephemerals.attic, 'hex'),
    kitchen: Buffer.from(fixture.ephemerals.kitchen, 'hex'),
  }

  test.each(Object.entries(fixture.kinds))('P2: %s means the same', (kind, { bytes, says }) => {
    const message = decodeMessage(Buffer.from(bytes, 'hex'))
    expect(message?.kind).toBe(kind)
    expect(toPlain(message)).toMatchObject(says as object)
    // And whoever understands it only as it was then is told so.
    expect(Buffer.concat(encodeMessage(message!)).toString('hex')).toBe(bytes)
  })

  test('P1: is shaken hands and sealed in the same bytes', () => {
    const { handshake, handshakeHash, transports } = shakeHands(ephemerals)
    expect(handshake.map((bytes) => bytes.toString('hex'))).toEqual(fixture.handshake)
    expect(handshakeHash.toString('hex')).toBe(fixture.handshakeHash)
    for (const { by, message, sealed } of fixture.said) {
      const frame = Buffer.concat(transports[by].seal([saidBytes(message)]))
      expect(hashOf(frame)).toBe(sealed)
    }
  })

  test('P1: becomes a link on a real socket', async () => {
    const [first, second, third, confirmation] = fixture.handshake.map((text) => Buffer.from(text, 'hex'))
    const context = createTestContext(createManualClock(startMs))
    const links = Promise.withResolvers<Link>()
    await using listener = await openListener({
      ...context,
      device: deviceKeysOf(identityOf('kitchen').deviceKeys.privateKey),
      chance: { ...context.chance, bytes: () => Buffer.from(ephemerals.kitchen) },
      codec: { encode: encodeMessage, decode: decodeMessage },
      address: { host: '127.0.0.1', port: 0 },
      memberships: () => [membershipOfAll()],
      onLink: links.resolve,
    })
    const socket = connect(listener.address)
    const { transports } = shakeHands(ephemerals)
    const frame = (bytes: Buffer) => Buffer.concat([frameHeader(bytes.length), bytes])
    const answered = new Promise<Buffer>((resolve) => {
      let got = Buffer.alloc(0)
      socket.on('data', (data) => {
        got = Buffer.concat([got, data])
        if (got.length === frame(second!).length) socket.write(frame(third!))
        if (got.length === frame(second!).length + frame(confirmation!).length) resolve(got)
      })
    })
    socket.write(frame(first!))
    expect((await answered).toString('hex')).toBe(
      Buffer.concat([frame(second!), frame(confirmation!)]).toString('hex'),
    )
    const link = await links.promise
    expect(link.peer).toBe(identityOf('attic').id)
    const own = fixture.said.filter(({ by }) => by === 'attic').map(({ message }) => saidBytes(message))
    const heard: unknown[] = []
    const all = new Promise<void>((resolve) => {
      // The memory of a block is used again once it was handled.
      link.listen((message) => void (heard.push(toPlain(message)) === own.length && resolve()))
    })
    for (const bytes of own) socket.write(frame(Buffer.concat(transports.attic.seal([bytes]))))
    await all
    expect(heard).toEqual(own.map((bytes) => toPlain(decodeMessage(bytes))))
    link.close('closing')
    await link.closed
    socket.destroy()
  })

  test.each([
    ['kitchen', 'attic'],
    ['attic', 'kitchen'],
  ] as const)('P2: %s of today plays it through with %s of then', async (name, other) => {
    const clock = createManualClock(startMs)
    await using device = await openMemoryDevice({ clock, name })
    fillTalker(device, name, fixture.seed)
    await pass(clock)
    const roots = new Set(device.store.indexAfter(0, 1000).map(({ record }) => String(record.version.root)))
    const peer = createRecordedPeer(fixture, other)
    device.folder.attach(peer.end)
    peer.introduce()
    await pass(clock, 300, 2)
    peer.ask(roots)
    await pass(clock, 300, 2)
    const { asked, otherwise } = peer.compare()
    expect(asked).toBeGreaterThan(3)
    expect(otherwise).toEqual([])
    for (const _ of peer.tell()) await pass(clock, 2000, 4)
    await pass(clock)
    expect(filesOf(device, other)).toEqual(fixture.files[other])
    expect(peer.unanswered).toEqual([])
    expect([...peer.heard]).toEqual(
      expect.arrayContaining(['hello', 'cursor', 'index', 'summary', 'request']),
    )
    expect(device.log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})
