/** Real links over loopback sockets, for tests: a device with a listener, and a dialled link whose both ends are in hand. */
import { randomBytes } from 'node:crypto'
import { toId } from '../core/ids.ts'
import { dialAddress, type LinkContext } from '../net/dial.ts'
import { deviceKeysOf } from '../net/identity.ts'
import { openListener } from '../net/listener.ts'
import type { Membership } from '../net/membership.ts'
import type { Chance, Clock, Link } from '../ports.ts'
import type { CipherName } from '../wire/noise.ts'
import { createMemoryLog, type MemoryLog } from './memory-log.ts'
import { plainCodec } from './plain-codec.ts'

/** Real randomness for keys, and a middle value wherever jitter is asked for. */
const plainChance: Chance = { bytes: randomBytes, fraction: () => 0.5 }

export interface TestContext extends LinkContext {
  readonly log: MemoryLog
}

export function createTestContext(clock: Clock, cipher: CipherName = 'AESGCM'): TestContext {
  return {
    device: deviceKeysOf(randomBytes(32)),
    clock,
    chance: plainChance,
    log: createMemoryLog(),
    codec: plainCodec,
    cipher,
  }
}

export function createTestMembership(): Membership {
  return { folderId: toId('FolderId', randomBytes(32)), psk: randomBytes(32), tagKey: randomBytes(32) }
}

export interface Loopback extends AsyncDisposable {
  readonly dialled: Link
  readonly accepted: Link
}

/** A link between two fresh devices. Disposing closes it. */
export async function openLoopback(dialling: TestContext, listening: TestContext): Promise<Loopback> {
  const membership = createTestMembership()
  const accepted = Promise.withResolvers<Link>()
  await using listener = await openListener({
    ...listening,
    address: { host: '127.0.0.1', port: 0 },
    memberships: () => [membership],
    onLink: accepted.resolve,
  })
  const dialled = await dialAddress(dialling, membership, listener.address, new AbortController().signal)
  const ends = { dialled, accepted: await accepted.promise }
  return {
    ...ends,
    async [Symbol.asyncDispose]() {
      ends.dialled.close('closing')
      ends.accepted.close('closing')
      await Promise.all([ends.dialled.closed, ends.accepted.closed])
    },
  }
}
