import { describe, expect, test } from 'vitest'
import { proveRole } from '../core/role-proof.ts'
import { attachHostile, type HostilePeer } from '../testing/hostile-peer.ts'
import { introduced, type Scene, scene } from '../testing/hostile-scene.ts'

describe('P3, P4: who it is comes first', () => {
  test('messages before hello', async () => {
    await using at = await scene()
    const peer = attachHostile(at.victim, 'read-only')
    peer.send({ kind: 'have', roots: [] })
    await at.pass(1_000)
    expect(peer.ended?.code).toBe('peer-garbage')
    await at.expectService()
  })

  test('a second hello', async () => {
    await using at = await scene()
    const peer = await introduced(at, 'read-only')
    peer.hello()
    await at.pass(1_000)
    expect(peer.ended?.code).toBe('peer-garbage')
    await at.expectService()
  })

  test.each<[string, (peer: HostilePeer, at: Scene) => void]>([
    [
      'a full role with the read-only proof padded',
      (peer) => peer.hello({ role: 'full', proof: Buffer.alloc(64) }),
    ],
    [
      'the proof the device itself sent, reflected',
      (peer) => {
        const { role, author, proof } = peer.of('hello')[0]!
        peer.hello({ role, author, proof })
      },
    ],
    [
      'a proof of another link',
      (peer, { honest, victim }) =>
        peer.hello(
          proveRole(
            honest.keys,
            { handshakeHash: Buffer.alloc(32, 1), initiator: true, peer: victim.id },
            honest.author,
          ),
        ),
    ],
    ['another author than the one proven', (peer, { honest }) => peer.hello({ author: honest.author.key })],
  ])('%s', async (_, say) => {
    await using at = await scene()
    const peer = attachHostile(at.victim, 'read-only')
    await at.pass(300)
    say(peer, at)
    await at.pass(1_000)
    expect(peer.ended?.code).toBe('peer-forged')
    await at.expectService()
  })

  test('silence', async () => {
    await using at = await scene()
    const peer = attachHostile(at.victim, 'read-only')
    await at.pass(31_000)
    expect(peer.ended?.code).toBe('peer-stalled')
    await at.expectService()
  })

  test('P2: who speaks no version that is spoken here is sent away, a newer one that speaks ours is not', async () => {
    await using at = await scene()
    const newer = attachHostile(at.victim, 'read-only', 'newer')
    newer.hello({ protocol: 9, oldestProtocol: 2 })
    const both = attachHostile(at.victim, 'read-only', 'both')
    both.hello({ protocol: 9, oldestProtocol: 1 })
    await at.pass(1_000)
    expect([newer.ended?.code, both.ended]).toEqual(['peer-incompatible', undefined])
    expect(newer.of('index')).toEqual([])
    await at.expectService()
  })

  test.each(['name with\u0007bell', 'line\u2028separator', 'x'.repeat(65)])(
    'the device name %j',
    async (deviceName) => {
      await using at = await scene()
      const peer = attachHostile(at.victim, 'read-only')
      peer.hello({ deviceName })
      await at.pass(1_000)
      expect(peer.ended?.code).toBe('peer-garbage')
      await at.expectService()
    },
  )
})
