/** A peer with valid Noise and the read-only secret that wants to be more than it is, or again what it was (I9, I15, R5, R7, R8). */
import { describe, expect, test } from 'vitest'
import { type FolderId, type RevocationId, toId } from '../core/ids.ts'
import { inviteIdOf, inviteKeys } from '../core/invite.ts'
import type { RelPath } from '../core/path.ts'
import { createAuthor } from '../core/record.ts'
import { proveAuthor, proveRole } from '../core/role-proof.ts'
import type { Revocation, SignedStatement, Statement } from '../core/statement.ts'
import { signStatement } from '../core/statement.ts'
import type { Link } from '../ports.ts'
import { attachHostile, certify, forge } from '../testing/hostile-peer.ts'
import { connectedTo, introduced, madMember, read, type Scene, scene } from '../testing/hostile-scene.ts'
import { createLinkPair } from '../testing/link-pair.ts'
import {
  connectDevices,
  identityOf,
  keysByRole,
  type MemoryDevice,
  openMemoryDevice,
} from '../testing/memory-device.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import type { Message } from '../wire/messages.ts'
import { encodeStatement } from '../wire/statement-body.ts'

const mallory = identityOf('mallory')
const { folderId, signAsWriter } = keysByRole.full

/** As the holder of the full secret says it, or whoever else signs. */
function said<S extends Statement>(
  statement: S,
  sign: (message: Uint8Array) => Uint8Array = signAsWriter!,
  folder: FolderId = folderId,
): SignedStatement<S> {
  return signStatement(statement, encodeStatement(statement), folder, sign)
}

function revocationOf(author: Revocation['author'], device: Revocation['device']): Revocation {
  return {
    ...{ kind: 'revocation', id: toId('RevocationId', Buffer.alloc(8, 'r')) as RevocationId, author, device },
    ...{ revokedBy: identityOf('honest').id, issuedMs: 0, part: 0, partCount: 1, kept: [] },
  }
}

describe('I9: nobody says anything of members but who holds the full secret', () => {
  test.each<[string, (at: Scene) => SignedStatement]>([
    [
      'signed by a member itself',
      ({ honest }) => said(revocationOf(honest.author.key, honest.id), mallory.author.sign),
    ],
    [
      'signed for another folder',
      ({ honest }) =>
        said(revocationOf(honest.author.key, honest.id), signAsWriter, toId('FolderId', Buffer.alloc(32))),
    ],
    [
      'with another body than was signed',
      ({ honest }) => ({
        ...said(revocationOf(mallory.author.key, mallory.id)),
        ...(({ id, body, statement }) => ({ id, body, statement }))(
          said(revocationOf(honest.author.key, honest.id)),
        ),
      }),
    ],
    [
      'an admission of its own',
      () => said({ kind: 'admission', rule: 'secret', number: 99 }, mallory.author.sign),
    ],
  ])('a statement %s', async (_, make) => {
    await using at = await scene()
    const peer = await introduced(at, 'read-only')
    const before = at.snapshot()
    peer.tell([], { statements: [make(at)] })
    await at.pass(1_000)
    expect(peer.ended?.code).toBe('peer-forged')
    expect(at.snapshot()).toEqual(before)
    await at.expectService()
  })

  test('an older rule of admission, played back', async () => {
    await using at = await scene()
    at.honest.folder.setAdmission('approval')
    const old = said({ kind: 'admission', rule: 'secret', number: 1 })
    at.honest.folder.setAdmission('invite')
    await at.pass(3_000)
    expect(at.victim.folder.admission).toBe('invite')
    const peer = await introduced(at, 'full')
    peer.tell([], { statements: [old] })
    await at.pass(1_000)
    expect(at.victim.folder.admission).toBe('invite')
    await at.expectService()
  })
})

describe('P4: a certificate is for one device and one key', () => {
  test.each<[string, (at: Scene) => Partial<Message & { kind: 'hello' }>]>([
    [
      "another device's, with its own key",
      ({ honest }) => ({ certificate: honest.store.roster().certificateOf(honest.author.key) }),
    ],
    [
      "another device's, with that one's name",
      ({ honest }) => ({
        author: honest.author.key,
        certificate: honest.store.roster().certificateOf(honest.author.key),
      }),
    ],
    [
      'its own read-only one, as full',
      () => ({ role: 'full', certificate: certify(mallory.author, 'read-only') }),
    ],
    [
      "another member's author key, with its own certificate",
      ({ honest }) => ({ author: honest.author.key, certificate: certify(mallory.author) }),
    ],
    ['one it signed itself', () => ({ certificate: certify(mallory.author, 'full', mallory.author.sign) })],
  ])('%s', async (_, overrides) => {
    await using at = await scene()
    const peer = attachHostile(at.victim, 'read-only')
    const { certificate } = overrides(at)
    const claim = proveRole(keysByRole['read-only'], peer.link, mallory.author, certificate)
    peer.hello({ ...claim, ...overrides(at) })
    await at.pass(1_000)
    expect(peer.ended?.code).toBe('peer-forged')
    await at.expectService()
  })
})

test('P4: the author key of a member, claimed by who holds the read-only secret', async () => {
  await using at = await scene()
  at.victim.folder.setAdmission('approval')
  await at.pass(1_000)
  const peer = attachHostile(at.victim, 'read-only')
  const thief = { key: at.honest.author.key, sign: mallory.author.sign }
  peer.hello(proveRole(keysByRole['read-only'], peer.link, thief))
  await at.pass(1_000)
  expect(peer.ended?.code).toBe('peer-forged')
  expect(at.victim.folder.members().map(({ name }) => name)).toEqual(['honest'])
  await at.expectService()
})

describe('R7: who was taken out', () => {
  async function revoked(): Promise<Scene> {
    const at = await scene()
    const peer = await madMember(at)
    peer.tell(forge(mallory.author, { path: 'kept.txt', text: 'kept' }), {})
    peer.answer((question) =>
      peer.send({ kind: 'block', request: question.request, offsetBytes: 0, data: Buffer.from('kept') }),
    )
    await at.pass(3_000)
    at.victim.folder.revoke(mallory.id)
    expect(() => at.victim.folder.revoke(mallory.id)).toThrow('taken out of /victim already')
    await at.pass(3_000)
    expect(peer.ended?.code).toBe('peer-revoked')
    expect(read(at.victim, 'kept.txt')).toBe('kept')
    return at
  }

  test('is not let in again, neither with its certificate nor with the secret', async () => {
    await using at = await revoked()
    for (const given of [certify(mallory.author), undefined]) {
      const peer = attachHostile(at.victim, 'read-only')
      peer.hello(proveRole(keysByRole['read-only'], peer.link, mallory.author, given))
      await at.pass(1_000)
      expect(peer.ended?.code).toBe('peer-revoked')
    }
    await at.expectService()
  })

  test('changes nothing, whoever brings its records, old numbers or new', async () => {
    await using at = await revoked()
    const before = at.snapshot()
    // Another device with the secret, which was not taken out.
    const peer = await introduced(at, 'read-only', 'accomplice')
    const records = forge(
      mallory.author,
      { path: 'kept.txt', text: 'spoilt', counter: 1 },
      { path: 'old.txt', text: 'spoilt', counter: 2 },
      { path: 'more.txt', text: 'more', counter: 7 },
      { path: 'dir/inner.txt', kind: 'deleted', counter: 8 },
    )
    peer.tell(records, { statements: [certify(mallory.author)] })
    await at.pass(3_000)
    expect({ ...at.snapshot(), statements: 0 }).toEqual({ ...before, statements: 0 })
    // An honest peer that had not heard of it could have brought them: no reason to end the link.
    expect(peer.ended).toBeUndefined()
    expect(at.victim.store.versionsOf('old.txt' as RelPath)).toHaveLength(1)
    await at.expectService()
  })
})

describe('I15: at the meeting of a one-time secret', () => {
  interface Visitor {
    readonly link: Link
    readonly received: readonly Message[]
    ended(): string | undefined
  }

  /** Somebody who found the meeting. */
  function visit({ folder, id }: MemoryDevice, meetingId: FolderId, name: string): Visitor {
    const { ends } = createLinkPair({
      folderId: meetingId,
      devices: [identityOf(name).id, id],
      handshakeHash: Buffer.alloc(32, name),
      codec: { encode: encodeMessage, decode: decodeMessage },
      deliver: (_, run) => void setImmediate(run),
    })
    const [link, theirs] = ends
    const received: Message[] = []
    let ended: string | undefined
    void link.closed.then(({ code }) => {
      ended = code
    })
    link.listen((message) => void received.push(message))
    folder.attach(theirs)
    return { link, received, ended: () => ended }
  }

  test('only its token opens anything, once', async () => {
    await using at = await scene()
    const { invites } = at.victim.folder
    const { secret, invite } = invites.create('full', 3_600_000)
    const token = secret.token.reveal()
    const { meetingId } = inviteKeys(inviteIdOf(token))
    const author = createAuthor(Buffer.alloc(32, 'guest'))
    const redeem = (link: Link): Message & { kind: 'redeem' } => ({
      ...{ kind: 'redeem', token, deviceName: 'guest', ...proveAuthor(link, author) },
    })
    const refused: readonly [string, (link: Link) => Message, string][] = [
      ['no token', (link) => ({ ...redeem(link), token: Buffer.alloc(21) }), 'peer-forged'],
      ['another token', (link) => ({ ...redeem(link), token: Buffer.alloc(21, 'guess') }), 'peer-forged'],
      ["another's author key", (link) => ({ ...redeem(link), author: at.victim.author.key }), 'peer-forged'],
      [
        'an author key proven on another link',
        (link) => redeem({ ...link, handshakeHash: Buffer.alloc(32) }),
        'peer-forged',
      ],
      ['a question of a member', () => ({ kind: 'cursor', indexId: undefined, sequence: 0 }), 'peer-garbage'],
      [
        'a grant',
        () => ({
          kind: 'grant',
          readKey: Buffer.alloc(21),
          writerPublicKey: Buffer.alloc(32),
          certificate: certify(mallory.author),
        }),
        'peer-garbage',
      ],
    ]
    for (const [name, messageOn, code] of refused) {
      const visitor = visit(at.victim, meetingId, name)
      visitor.link.send(messageOn(visitor.link))
      await at.pass(1_000)
      expect([name, visitor.ended(), visitor.received.filter(({ kind }) => kind === 'grant')]).toEqual([
        name,
        code,
        [],
      ])
    }
    expect(invites.list()).toEqual([invite])

    const [first, second] = ['first', 'second'].map((name) => visit(at.victim, meetingId, name))
    for (const { link } of [first!, second!]) link.send(redeem(link))
    await at.pass(1_000)
    expect(first!.received.map(({ kind }) => kind)).toContain('grant')
    expect([second!.ended(), second!.received.filter(({ kind }) => kind === 'grant')]).toEqual([
      'invite-used',
      [],
    ])
    // The same device with another key is somebody else.
    const other = visit(at.victim, meetingId, 'first')
    const otherAuthor = createAuthor(Buffer.alloc(32, 'other'))
    other.link.send({ ...redeem(other.link), ...proveAuthor(other.link, otherAuthor) })
    await at.pass(1_000)
    expect(other.ended()).toBe('invite-used')
    await at.expectService()
  })

  test('I14: those who say nothing are few', async () => {
    await using at = await scene()
    const { secret, invite } = at.victim.folder.invites.create('read-only', 3_600_000)
    at.victim.folder.invites.cancel(invite.id)
    const { meetingId } = inviteKeys(inviteIdOf(secret.token.reveal()))
    const visitors = Array.from({ length: 300 }, (_, count) => visit(at.victim, meetingId, `silent ${count}`))
    await at.pass(1_000)
    const ends = visitors.map((visitor) => visitor.ended())
    expect(ends.filter((end) => end === undefined)).toHaveLength(64)
    expect(ends.filter((end) => end === 'peer-stalled')).toHaveLength(236)
    await at.expectService()
  })

  test('who says nothing is sent away', async () => {
    await using at = await scene()
    const { secret } = at.victim.folder.invites.create('read-only', 3_600_000)
    const { meetingId } = inviteKeys(inviteIdOf(secret.token.reveal()))
    const visitor = visit(at.victim, meetingId, 'silent')
    await at.pass(31_000)
    expect(visitor.ended()).toBe('peer-stalled')
  })
})

describe('I14: who says nothing', () => {
  test('does not keep members out, however many it is', async () => {
    await using at = await scene()
    for (let count = 0; count < 70; count++) attachHostile(at.victim, 'read-only', `silent ${count}`)
    await at.pass(1_000)
    await using member = await openMemoryDevice({ clock: at.clock, name: 'member' })
    connectDevices(member, at.victim)
    await at.pass(3_000)
    expect(connectedTo(at.victim)).toContain(member.id)
  })
})
