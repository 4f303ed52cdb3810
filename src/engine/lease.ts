/**
 * Finds out, at opening and at each look, whether the database is the one this folder was last used with. A random token lies both in the
 * database and in the folder's hidden directory, and changes at every opening and whenever the index has grown: a lost or older database does
 * not know the present one, and then a new epoch begins, in which everything this device says is concurrent with what it may have said
 * before (E7, I11). Tokens are counted and bear the mark of their database, so that it knows a directory that is older than itself: a copy of
 * the disk that was put in its place, or a stick that lost what it was said to have kept. What is not in such a directory is not deleted (I10).
 */
import { createHmac } from 'node:crypto'
import type { IndexId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { FolderContext } from './folder-context.ts'
import { checkRoot } from './safety.ts'
import { isWriter, renewEpochs } from './sign.ts'

const tokenBytes = 16
const markDigits = 32
/** Paths forgotten in one transaction. */
const pageSize = 512
/** Folders in which a peer has shown once that the database is old. */
const believed = new WeakSet<FolderContext>()
/** What is being done with the token just now, or was last. */
const turns = new WeakMap<FolderContext, Promise<void>>()

/** Call before anything is signed. */
export function takeLease(context: FolderContext): Promise<void> {
  return inTurn(context, async () => judge(context, await context.disk.readNote('lease')))
}

/** Call before each look at a folder that is open: a disk that was away may have come back as it was long ago, or from somewhere else. */
export function keepLease(context: FolderContext): Promise<void> {
  return inTurn(context, async () => {
    const onDisk = await context.disk.readNote('lease')
    if (onDisk !== undefined && !isPresent(context, onDisk)) await judge(context, onDisk)
  })
}

function isPresent({ store }: FolderContext, token: string): boolean {
  return token === store.fact('lease') || token === store.fact('nextLease')
}

async function judge(context: FolderContext, onDisk: string | undefined): Promise<void> {
  const { store, log } = context
  const isLast = onDisk !== undefined && isPresent(context, onDisk)
  if (!isLast && onDisk !== undefined && isFromBefore(context, onDisk)) {
    log.warn({}, 'the directory is older than the database: what is missing in it does not count as deleted')
    forgetWhatLiesHere(context)
  }
  if (!isWriter(store) || !isLast) {
    beginEpoch(context)
    if (store.fact('lease') !== undefined)
      log.warn({}, 'the database is not the one last used with this folder: beginning a new epoch')
  }
  await writeToken(context)
}

/** From here on a database from before is known to be old. Throws the halting error when the root is not there. */
export function renewLease(context: FolderContext): Promise<void> {
  return inTurn(context, () => writeToken(context))
}

/** One at a time: of two renewals at once, the one could leave its token on the disk and the other in the database. */
function inTurn(context: FolderContext, work: () => Promise<void>): Promise<void> {
  const before = turns.get(context) ?? Promise.resolve()
  const turn = before.catch(() => undefined).then(work)
  turns.set(context, turn)
  return turn
}

async function writeToken(context: FolderContext): Promise<void> {
  const { store, disk, chance } = context
  await checkRoot(context)
  const token = makeToken(context, chance.bytes(tokenBytes).toString('hex'))
  // A crash before or after the note is written leaves one of the two that the database knows.
  store.setFact('nextLease', token)
  await disk.writeNote('lease', token)
  store.setFact('lease', token)
}

/** RANDOM-COUNT-MARK. Not the count alone tells one from another: a database from a backup counts on from there. */
function makeToken({ store, chance }: FolderContext, random: string): string {
  if (store.fact('leaseKey') === undefined)
    store.setFact('leaseKey', chance.bytes(tokenBytes).toString('hex'))
  const text = `${random}-${countOf(store.fact('lease')) + 1}`
  return `${text}-${markOf(store.fact('leaseKey')!, text)}`
}

/** Whether this database put it there, and others after it. */
function isFromBefore({ store }: FolderContext, token: string): boolean {
  const key = store.fact('leaseKey')
  const [random, count, mark] = token.trim().split('-')
  if (key === undefined || mark === undefined || mark !== markOf(key, `${random}-${count}`)) return false
  return countOf(token) < countOf(store.fact('lease'))
}

function markOf(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, markDigits)
}

function countOf(token: string | undefined): number {
  return Number(token?.split('-')[1] ?? 0)
}

/** As with a lost database: what lies there is looked at as if for the first time, and what is missing is needed. */
function forgetWhatLiesHere({ store }: FolderContext): void {
  for (let after: RelPath | undefined; ; ) {
    const page = store.hereBelow('', after, pageSize)
    store.transaction(() => {
      for (const path of page) {
        store.setHere(path, undefined)
        store.disagree(path)
      }
    })
    if (page.length < pageSize) return
    after = page.at(-1)
  }
}

/**
 * From here on this device signs as writers nobody has heard of. Peers may have read further in its index than an older database
 * remembers, so they read it from the beginning.
 */
export function beginEpoch(context: FolderContext): void {
  const { store, clock } = context
  store.transaction(() => {
    renewEpochs(context)
    store.renewIndexId()
    // Nobody knows any more which of them were used (I15).
    const open = store.invites().filter(({ end }) => end === undefined)
    for (const { id } of open) store.endInvite(id, { kind: 'restored', atMs: Math.max(0, clock.now()) })
  })
}

/**
 * A peer that has read further in this very index than it reaches knows records this device told and forgot: disk and database were put back
 * together, so that the lease cannot show it. Believed once in each opening: a peer may say anything.
 */
export function noticeForgotten(
  context: FolderContext,
  indexId: IndexId | undefined,
  sequence: number,
): void {
  const { store, log } = context
  if (!isWriter(store) || indexId !== store.indexId() || sequence <= store.lastSequence()) return
  if (believed.has(context)) return
  believed.add(context)
  log.warn({}, 'a peer has read more of this index than there is: beginning a new epoch')
  beginEpoch(context)
}
