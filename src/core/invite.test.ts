import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { type DeviceId, toId } from './ids.ts'
import { type Guest, type Invite, type InviteEnd, inviteIdOf, inviteKeys, isOver, judge } from './invite.ts'
import { generateOneTimeSecret, type OneTimeSecret, parseSecret, rendezvous, secretToText } from './secret.ts'

interface Vector {
  readonly token: string
  readonly text: string
  readonly id: string
  readonly meetingId: string
  readonly psk: string
  readonly tagKey: string
  readonly rendezvous: readonly { readonly day: number; readonly bytes: string }[]
}

const { oneTime: vectors }: { readonly oneTime: readonly Vector[] } = JSON.parse(
  readFileSync(new URL('secret.vectors.json', import.meta.url), 'utf8'),
)

const guests: readonly Guest[] = ['one', 'two'].flatMap((device) =>
  ['first', 'second'].map((author) => ({
    device: toId('DeviceId', Buffer.alloc(32, device)),
    author: toId('AuthorKey', Buffer.alloc(32, author)),
  })),
)
const createdMs = Date.UTC(2026, 10, 22)
const open: Invite = {
  id: inviteIdOf(Buffer.alloc(21, 'token')),
  role: 'full',
  createdMs,
  expiresMs: createdMs + 1000,
  end: undefined,
}

function endedBy(kind: InviteEnd['kind'], guest: Guest = guests[0]!): Invite {
  const atMs = createdMs + 10
  return { ...open, end: kind === 'redeemed' ? { kind, ...guest, deviceName: '', atMs } : { kind, atMs } }
}

describe('one-time secrets', () => {
  test('I15 of any guests that come one after another only one gets in, and gets in again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...guests), fc.integer({ min: -5000, max: 5000 })), {
          maxLength: 8,
        }),
        (tries) => {
          let invite = open
          const letIn: Guest[] = []
          for (const [guest, sinceMs] of tries) {
            const judgement = judge(invite, guest, createdMs + sinceMs)
            if (judgement === 'redeem') invite = endedBy('redeemed', guest)
            if (judgement === 'redeem' || judgement === 'repeat') letIn.push(guest)
          }
          expect(new Set(letIn.map(({ device, author }) => device + author)).size).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: caseCount(500) },
    )
  })

  test('time counts for who comes first, and for nobody who came before', () => {
    const [guest] = guests as [Guest]
    for (const [sinceMs, judgement] of [
      [0, 'redeem'],
      [999, 'redeem'],
      [1000, 'invite-expired'],
      [-1, 'invite-expired'],
    ] as const) {
      expect(judge(open, guest, createdMs + sinceMs)).toBe(judgement)
      expect(isOver(open, createdMs + sinceMs)).toBe(judgement !== 'redeem')
      expect(judge(endedBy('redeemed'), guest, createdMs + sinceMs)).toBe('repeat')
    }
    expect(judge(open, guest, 0)).toBe('clock-not-set')
    expect(judge(endedBy('redeemed'), guest, 0)).toBe('repeat')
  })

  test('what became of one is told', () => {
    const other = { ...guests[0]!, device: toId('DeviceId', Buffer.alloc(32, 'other')) as DeviceId }
    expect(judge(endedBy('redeemed'), other, createdMs)).toBe('invite-used')
    expect(judge(endedBy('redeemed'), guests[1]!, createdMs)).toBe('invite-used')
    expect(judge(endedBy('expired'), other, createdMs)).toBe('invite-expired')
    expect(judge(endedBy('cancelled'), other, createdMs)).toBe('invite-cancelled')
    expect(judge(endedBy('restored'), other, createdMs)).toBe('invite-cancelled')
  })

  test.each(vectors)('S10 the published vector $text', (vector) => {
    const token = Buffer.from(vector.token, 'hex')
    expect(secretToText(generateOneTimeSecret(() => token))).toBe(vector.text)
    const parsed = parseSecret(vector.text) as OneTimeSecret
    expect([parsed.kind, parsed.token.reveal()]).toEqual(['one-time', token])
    const id = inviteIdOf(token)
    const { meetingId, psk, tagKey } = inviteKeys(id)
    expect([id, meetingId]).toEqual([vector.id, vector.meetingId])
    expect([psk, tagKey].map((key) => key.reveal().toString('hex'))).toEqual([vector.psk, vector.tagKey])
    for (const { day, bytes } of vector.rendezvous) {
      expect(rendezvous(meetingId, day).toString('hex')).toBe(bytes)
    }
  })

  test('S10 both ends derive the same, and nobody the token', () => {
    const token = Buffer.alloc(21, 'token')
    const [one, two] = [inviteKeys(inviteIdOf(token)), inviteKeys(inviteIdOf(Buffer.from(token)))]
    expect([one.meetingId, one.psk.reveal(), one.tagKey.reveal()]).toEqual([
      two.meetingId,
      two.psk.reveal(),
      two.tagKey.reveal(),
    ])
    const others = inviteKeys(inviteIdOf(Buffer.alloc(21, 'other')))
    expect(others.meetingId).not.toBe(one.meetingId)
    expect(others.psk.reveal()).not.toEqual(one.psk.reveal())
    expect(JSON.stringify(one)).toBe('"[secret]"')
  })
})
