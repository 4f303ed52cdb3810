/** P2: a peer of a later version, which has more of everything: messages, fields, kinds, rules, features. What both know goes on as ever, both ways. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import { recordIdOf } from '../core/record.ts'
import { signStatement } from '../core/statement.ts'
import { attachHostile, certify, forge, forgeBody, signBodies } from '../testing/hostile-peer.ts'
import { faultsOf, read, scene, serveTexts } from '../testing/hostile-scene.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { keysByRole, makeLinks, openMemoryDevice, pass } from '../testing/memory-device.ts'
import * as wire from '../wire/generated/berrysync_pb.ts'
import { encodeMessage } from '../wire/message-codec.ts'
import type { Message } from '../wire/messages.ts'

/** Fields 1000 to 1002, a text, a number and a message: whatever a later version may add. */
const newFields = Buffer.concat([
  Buffer.from([0xc2, 0x3e, 5]),
  Buffer.from('later'),
  Buffer.from([0xc8, 0x3e, 42]),
  Buffer.from([0xd2, 0x3e, 2, 8, 1]),
])
const newMessage = Buffer.concat([Buffer.of(200), Buffer.from('of a kind nobody here knows')])
const indexType = 3

/** With new fields, also in what lies in it. */
function withNewFields(message: Message): Buffer {
  const bytes = Buffer.concat(encodeMessage(message))
  if (message.kind === 'block') return bytes
  if (message.kind !== 'index') return Buffer.concat([bytes, newFields])
  const { statements, entries, ...index } = fromBinary(wire.IndexSchema, bytes.subarray(1))
  const parts = [
    toBinary(wire.IndexSchema, create(wire.IndexSchema, { ...index, statements: [], entries: [] })),
    ...statements.map((each) =>
      field(2, Buffer.concat([toBinary(wire.SignedStatementSchema, each), newFields])),
    ),
    ...entries.map((each) => field(3, Buffer.concat([toBinary(wire.IndexEntrySchema, each), newFields]))),
  ]
  return Buffer.concat([Buffer.of(indexType), ...parts, newFields])
}

/** A message as a field of another. */
function field(number: number, bytes: Buffer): Buffer {
  const length: number[] = []
  let rest = bytes.length
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), bytes])
}

test('P2: two devices sync while every message has fields nobody knows, with messages nobody knows in between', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  await using one = await openMemoryDevice({ clock, name: 'one' })
  await using other = await openMemoryDevice({ clock, name: 'other' })
  const bytesOf = new WeakMap<object, Buffer>()
  let said = 0
  const { ends } = makeLinks(one.id, other.id, (message) => {
    said += 1
    return [bytesOf.get(message) ?? withNewFields(message)]
  })
  for (const [at, device] of [one, other].entries()) {
    const link = ends[at]!
    const later = Object.create(link, {
      send: {
        value(message: Message, encoded?: () => void) {
          const carrier: Message = { kind: 'ping' }
          bytesOf.set(carrier, newMessage)
          link.send(carrier)
          link.send(message, encoded)
        },
      },
    })
    device.folder.attach(later)
  }
  const large = Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 7 + (at >> 9)) % 253))
  one.own.person.writeFile('from one/large', large)
  one.own.person.symlink('large', 'from one/link')
  other.own.person.writeFile('from other.txt', 'from other')
  await pass(clock)
  other.own.person.writeFile('from one/large', Buffer.concat([Buffer.from('in front'), large]))
  one.own.person.rename('from other.txt', 'moved.txt')
  await pass(clock)
  expect(other.own.person.tree()).toEqual(one.own.person.tree())
  expect(one.own.person.tree().map(({ path }) => path)).toEqual([
    'from one',
    'from one/large',
    'from one/link',
    'moved.txt',
  ])
  expect(said).toBeGreaterThan(40)
  for (const device of [one, other]) {
    expect(device.folder.isSettled()).toBe(true)
    expect(device.log.lines.filter(({ level }) => level === 'error')).toEqual([])
  }
})

test('R3, R6: what a later version signs is passed on as it was signed; what nobody here understands is left out, and nothing else', async () => {
  await using at = await scene()
  const { victim, honest } = at
  const peer = attachHostile(victim, 'full')
  peer.sendBytes(newMessage)
  peer.hello({
    protocol: 7,
    client: 'berrysync/9.9',
    features: ['sums', 'progress', 'rainbows', 'x'.repeat(64)],
  })
  await at.pass(600)
  expect(peer.ended).toBeUndefined()
  expect(peer.of('hello')).toMatchObject([{ protocol: 1, oldestProtocol: 1 }])

  const { folderId, signAsWriter } = keysByRole.full
  const sign = (body: Uint8Array) => ({ ...signStatement(undefined as never, body, folderId, signAsWriter!) })
  const certificate = certify(peer.author)
  const unheard = [
    // A statement of another kind, a role and a rule nobody knows.
    sign(Buffer.concat([field(9, Buffer.from('much'))])),
    sign(statementBody({ case: 'certificate', value: { ...plainCertificate(), role: 9 as wire.Role } })),
    sign(
      statementBody({
        case: 'admission',
        value: { rule: 9 as wire.AdmissionRule, number: 7n } as wire.Admission,
      }),
    ),
  ]
  const body = Buffer.concat([forgeBody(peer.author, { path: 'later.txt', text: 'later' }), newFields])
  const records = signBodies(peer.author, [
    body,
    forgeBody(peer.author, { path: 'hologram', kind: 9 as wire.Kind }),
  ])
  const plain = forge(peer.author, { path: 'plain.txt', text: 'plain' })
  serveTexts(peer, 'later', 'plain')
  peer.tell([...records, ...plain], { statements: [...unheard, certificate] })
  await at.pass()
  expect(peer.ended).toBeUndefined()
  for (const device of [victim, honest]) {
    expect([read(device, 'later.txt'), read(device, 'plain.txt'), read(device, 'hologram')]).toEqual([
      'later',
      'plain',
      undefined,
    ])
    expect(Buffer.from(device.store.record(recordIdOf(body))!.body).equals(body)).toBe(true)
    expect(faultsOf(device)).toBe('')
  }
  expect(victim.store.losersWithRoot(singleBlockRoot(Buffer.from('later')))).toEqual([])
  expect(victim.folder.admission).toBe('secret')
  await at.expectService()

  function plainCertificate() {
    return fromBinary(wire.StatementBodySchema, certificate.body).said.value as wire.Certificate
  }
})

test('P2: a peer that understands nothing as old as this is told so, and closed', async () => {
  await using at = await scene()
  const peer = attachHostile(at.victim, 'full')
  peer.hello({ protocol: 9, oldestProtocol: 2 })
  await at.pass(600)
  expect(peer.ended?.code).toBe('peer-incompatible')
  await at.expectService()
})

function statementBody(said: wire.StatementBody['said']): Buffer {
  return Buffer.from(toBinary(wire.StatementBodySchema, create(wire.StatementBodySchema, { said })))
}
