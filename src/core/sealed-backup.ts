/**
 * The one file a backup is kept in: what it was locked with, and an envelope that only the passphrase opens. The passphrase makes a key pair;
 * its public half locks a backup when nobody is there to type. Everything in front of the envelope is bound to it (A11), and what it asks of
 * this machine is limited before it is paid. Knows nothing of what is inside.
 */
import { scrypt } from 'node:crypto'
import { seal, sealBytes, unseal } from './envelope.ts'
import { SyncError } from './errors.ts'
import { toId } from './ids.ts'
import { type KeyPair, keyPairOf, x25519KeyBytes } from './x25519.ts'

/** What a passphrase was made into a key with. */
export interface LockCost {
  /** scrypt's N is two to the power of this. */
  readonly costExponent: number
  readonly blockSize: number
  readonly parallel: number
  /** 16 bytes. */
  readonly salt: Uint8Array
}

/** All that is needed to lock a backup. It opens none, and does not stand in one: who holds only a backup cannot make another. */
export interface BackupLock extends LockCost {
  readonly publicKey: Uint8Array
}

export const lockSaltBytes = 16
/** 32 MiB of memory, which a board with 512 MB can spare once, and about 1.5 s of one of its cores: a thief has all the time there is. */
const usualCost = { costExponent: 15, blockSize: 8, parallel: 8 } as const
/** A file that asks for more is none of ours, however it came here. */
const most = { costExponent: 16, blockSize: 8, parallel: 16 } as const

const magic = Buffer.from('BERRYBAK', 'latin1')
const version = 1
const headerBytes = magic.length + 4 + lockSaltBytes
/** The configuration is limited to 4 MiB; escaped in JSON once more it may grow. */
export const maxBackupBytes = 6 * 1024 ** 2

/** `salt` must be fresh. */
export function costOfNewLock(salt: Uint8Array): LockCost {
  return { ...usualCost, salt }
}

/** The pair that a passphrase makes, in whichever spelling the keyboard wrote it. */
export async function passphraseToPair(passphrase: string, cost: LockCost): Promise<KeyPair> {
  const { costExponent, blockSize, parallel, salt } = cost
  const options = { N: 2 ** costExponent, r: blockSize, p: parallel, maxmem: 2 ** 27 }
  const key = await new Promise<Buffer>((resolve, reject) =>
    scrypt(passphrase.normalize('NFKC'), salt, x25519KeyBytes, options, (error, made) =>
      error === null ? resolve(made) : reject(error),
    ),
  )
  return keyPairOf(key)
}

/** `ephemeral` must be fresh. */
export function sealBackup(lock: BackupLock, content: Uint8Array, ephemeral: KeyPair): Buffer {
  const header = headerOf(lock)
  const sealed = seal(toId('DeviceId', Buffer.from(lock.publicKey)), header, content, ephemeral)
  if (sealed === undefined) throw new Error('assertion: what a passphrase makes is a usable key')
  return Buffer.concat([header, sealed])
}

/** How a backup was locked. Throws `backup-malformed` or `backup-newer`. */
export function readLockCost(file: Uint8Array): LockCost {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.length > maxBackupBytes) throw new SyncError('backup-malformed')
  if (bytes.length < headerBytes + sealBytes || !bytes.subarray(0, magic.length).equals(magic))
    throw new SyncError('backup-malformed')
  const [made, costExponent, blockSize, parallel] = bytes.subarray(magic.length) as unknown as [
    number,
    number,
    number,
    number,
  ]
  if (made > version) throw new SyncError('backup-newer')
  const isAffordable =
    costExponent >= 1 &&
    costExponent <= most.costExponent &&
    blockSize === most.blockSize &&
    parallel >= 1 &&
    parallel <= most.parallel
  if (made !== version || !isAffordable) throw new SyncError('backup-malformed')
  return { costExponent, blockSize, parallel, salt: bytes.subarray(headerBytes - lockSaltBytes, headerBytes) }
}

/** Throws `backup-locked` for another passphrase, and for a file that was changed anywhere: nobody can tell which. */
export function openBackup(pair: KeyPair, file: Uint8Array): Buffer {
  const content = unseal(pair, file.subarray(0, headerBytes), file.subarray(headerBytes))
  if (content === undefined) throw new SyncError('backup-locked')
  return content
}

function headerOf({ costExponent, blockSize, parallel, salt }: LockCost): Buffer {
  if (salt.length !== lockSaltBytes) throw new Error('assertion: a lock has a salt of 16 bytes')
  return Buffer.concat([magic, Buffer.from([version, costExponent, blockSize, parallel]), salt])
}
