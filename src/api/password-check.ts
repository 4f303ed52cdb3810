/**
 * Computes what is kept of a password, and checks one against it. One at a time: each takes 32 MiB, which a board with 1 GB can spare
 * once, and about half a second of one of its cores.
 */
import { scrypt, timingSafeEqual } from 'node:crypto'
import { SyncError } from '../core/errors.ts'
import { maxScryptBytes, type PasswordHash } from '../core/password.ts'
import type { Chance } from '../ports.ts'
import { createSerial } from '../serial.ts'

/** scrypt with N = 2^15, r = 8, p = 3: of the choices OWASP names as equally strong, the one that takes the least memory. */
const cost = { costExponent: 15, blockSize: 8, parallel: 3 } as const
const saltBytes = 16
const hashBytes = 32
/** Whoever comes while so many wait is sent away: an attacker with many addresses must not make a queue of minutes. */
const maxWaiting = 8
/** About as long as that queue takes. */
const busySeconds = 5

export interface PasswordCheck {
  hash(password: string): Promise<PasswordHash>
  matches(password: string, kept: PasswordHash): Promise<boolean>
}

/** Both throw `too-many-attempts` when too many wait already. */
export function createPasswordCheck(chance: Pick<Chance, 'bytes'>): PasswordCheck {
  const serially = createSerial()
  let waiting = 0

  async function compute(password: string, kept: Omit<PasswordHash, 'hash'>, bytes: number): Promise<Buffer> {
    if (waiting >= maxWaiting) throw new SyncError('too-many-attempts', { seconds: busySeconds })
    waiting += 1
    try {
      return await serially(() => derive(password, kept, bytes))
    } finally {
      waiting -= 1
    }
  }

  return {
    async hash(password) {
      const asked = { ...cost, salt: chance.bytes(saltBytes) }
      return { ...asked, hash: await compute(password, asked, hashBytes) }
    },
    async matches(password, kept) {
      return timingSafeEqual(await compute(password, kept, kept.hash.length), kept.hash)
    },
  }
}

/** The same text can come in several spellings, depending on the keyboard. */
function derive(
  password: string,
  { costExponent, blockSize, parallel, salt }: Omit<PasswordHash, 'hash'>,
  bytes: number,
): Promise<Buffer> {
  const options = { N: 2 ** costExponent, r: blockSize, p: parallel, maxmem: maxScryptBytes }
  return new Promise((resolve, reject) =>
    scrypt(password.normalize('NFKC'), salt, bytes, options, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    ),
  )
}
