/**
 * A peer that speaks the protocol and keeps none of its rules: says what a test tells it to, answers nothing by itself, and remembers what
 * it is sent. Also makes records no honest device would sign.
 */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { blockSizeFor, singleBlockRoot } from '../core/blocks.ts'
import type { SyncError } from '../core/errors.ts'
import { type FolderId, idToBytes, toId, type WriterId, writerIdOf } from '../core/ids.ts'
import { type Author, type RecordProof, recordIdOf, type SignedRecord, signBatch } from '../core/record.ts'
import { proveRole } from '../core/role-proof.ts'
import type { FolderKeys } from '../core/secret.ts'
import { type Certificate, type Role, type SignedStatement, signStatement } from '../core/statement.ts'
import type { Link } from '../ports.ts'
import { RecordBodySchema, Kind as WireKind } from '../wire/generated/berrysync_pb.ts'
import { encodeMessage } from '../wire/message-codec.ts'
import type { IndexEntry, Message } from '../wire/messages.ts'
import { encodeStatement } from '../wire/statement-body.ts'
import { identityOf, keysByRole, type MemoryDevice, makeLinks } from './memory-device.ts'

type MessageOf<K extends Message['kind']> = Message & { readonly kind: K }

type Question = MessageOf<'request' | 'block-list-request' | 'sums-request'>

export interface HostilePeer {
  readonly link: Link
  readonly author: Author
  readonly keys: FolderKeys
  /** Everything it was sent, oldest first. */
  readonly received: readonly Message[]
  of<K extends Message['kind']>(kind: K): MessageOf<K>[]
  send(message: Message): void
  /** Bytes of a message as they stand. */
  sendBytes(bytes: Uint8Array): void
  /** A right hello of its own. */
  hello(overrides?: Partial<MessageOf<'hello'>>): void
  /** Records with the statements given, as one index message. */
  tell(
    records: readonly SignedRecord[],
    options?: { readonly statements?: readonly SignedStatement[]; readonly have?: boolean },
  ): void
  /** Answers requests from now on. */
  answer(how: (question: Question) => void): void
  /** Takes nothing any more of what it is sent. */
  stopReading(): void
  /** Bytes sent to it, whether it took them or not. */
  sentBytes(): number
  /** Why the link ended; undefined while it is open. */
  readonly ended: SyncError | undefined
}

/** Messages that are bytes already pass the codec unchanged. */
const bytesOf = new WeakMap<object, Uint8Array>()
export const hostileIndex = toId('IndexId', Buffer.alloc(8, 'bad'))

/** Attaches a hostile peer to a device. It holds the secret of the role, and says nothing before it is told to. */
export function attachHostile(
  victim: MemoryDevice,
  role: 'full' | 'read-only',
  name = 'mallory',
): HostilePeer {
  const { id, author } = identityOf(name)
  const keys = keysByRole[role]
  const { ends } = makeLinks(id, victim.id, (message) => {
    const bytes = bytesOf.get(message)
    return bytes === undefined ? encodeMessage(message) : [bytes]
  })
  const [link, theirs] = ends
  const received: Message[] = []
  let ended: SyncError | undefined
  let answering: ((question: Question) => void) | undefined
  let lastSequence = 0
  void link.closed.then((error) => {
    ended = error
  })
  let isReading = true
  link.listen((message) => {
    received.push(message)
    if (
      message.kind === 'request' ||
      message.kind === 'block-list-request' ||
      message.kind === 'sums-request'
    )
      answering?.(message)
    return isReading ? undefined : new Promise<never>(() => undefined)
  })
  victim.folder.attach(theirs)
  return {
    ...{ link, author, keys, received },
    of: <K extends Message['kind']>(kind: K) =>
      received.filter((message): message is MessageOf<K> => message.kind === kind),
    send: (message) => link.send(message),
    sendBytes(bytes) {
      const message: Message = { kind: 'ping' }
      bytesOf.set(message, bytes)
      link.send(message)
    },
    hello(overrides = {}) {
      const plain: MessageOf<'hello'> = {
        kind: 'hello',
        protocol: 1,
        oldestProtocol: 1,
        deviceName: name,
        client: 'hostile',
        features: [],
        ...proveRole(keys, link, author),
      }
      link.send({ ...plain, ...overrides })
      link.send({ kind: 'cursor', indexId: undefined, sequence: 0 })
    },
    tell(records, { statements = [], have = true } = {}) {
      lastSequence += records.length
      const entries: IndexEntry[] = records.map((record) => ({ record, have }))
      link.send({ kind: 'index', indexId: hostileIndex, statements, entries, lastSequence, complete: true })
    },
    answer(how) {
      answering = how
    },
    stopReading() {
      isReading = false
    },
    sentBytes: () => theirs.traffic.sentBytes,
    get ended() {
      return ended
    },
  }
}

// ---- forging ------------------------------------------------------------------------------------------------------------

export const hostileEpoch = toId('Epoch', Buffer.alloc(8, 'epoch'))

/** A certificate the folder really signed, saying whatever the holder of the full secret wants it to say. */
export function certify(
  author: Author,
  role: Role = 'full',
  sign: (message: Uint8Array) => Uint8Array = keysByRole.full.signAsWriter!,
): SignedStatement<Certificate> {
  const certificate: Certificate = {
    ...{ kind: 'certificate', author: author.key, device: identityOf('mallory').id, role },
    ...{ deviceName: 'mallory', invitedBy: undefined, invite: undefined, signsFor: undefined, issuedMs: 0 },
  }
  return signStatement(certificate, encodeStatement(certificate), keysByRole.full.folderId, sign)
}

/** Says that a version replaced a file; its root has to be added. */
export const fileContent = { $typeName: 'berrysync.v1.Content', kind: WireKind.FILE } as const

/** Entries of a vector by writers nobody knows; with the author's own so many in all. */
export function* writers(count: number): Generator<readonly [WriterId, number]> {
  for (let number = 1; number < count; number++) {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32BE(number, 4)
    yield [toId('WriterId', bytes), 1]
  }
}

export interface Forgery {
  readonly path: string
  readonly kind?: 'file' | 'directory' | 'link' | 'deleted' | WireKind
  /** Content of a file of one block. */
  readonly text?: string
  readonly counter?: number
  /** What else the vector counts. */
  readonly knows?: Iterable<readonly [WriterId, number]>
  /** Anything else in the body, and what replaces the above. */
  readonly body?: MessageInitShape<typeof RecordBodySchema>
}

const wireKinds = {
  file: WireKind.FILE,
  directory: WireKind.DIRECTORY,
  link: WireKind.LINK,
  deleted: WireKind.DELETED,
}

/** The bytes of a record body; checks nothing. */
export function forgeBody(author: Author, { path, kind, text = '', counter = 1, knows = [], body }: Forgery) {
  const wireKind: WireKind = typeof kind === 'number' ? kind : wireKinds[kind ?? 'file']
  const sizeBytes = Buffer.byteLength(text)
  const isFile = wireKind === WireKind.FILE
  const own = writerIdOf(author.key, hostileEpoch)
  const vector = [[own, counter] as const, ...[...knows].filter(([writer]) => writer !== own)]
  return toBinary(
    RecordBodySchema,
    create(RecordBodySchema, {
      path,
      kind: wireKind,
      sizeBytes: BigInt(isFile ? sizeBytes : 0),
      blockSizeBytes: isFile ? blockSizeFor(sizeBytes) : 0,
      root: isFile ? idToBytes(singleBlockRoot(Buffer.from(text))) : new Uint8Array(0),
      mtimeSeconds: 4_000_000_000n,
      fileId: Buffer.alloc(16, path),
      writers: Buffer.from(vector.map(([writer]) => writer).join(''), 'hex'),
      counters: vector.map(([, number]) => BigInt(number)),
      epoch: idToBytes(hostileEpoch),
      deviceName: 'mallory',
      ...body,
    }),
  )
}

/** Records under one right signature of the author. Only their bodies and proofs travel, so nothing else of them is true. */
export function signBodies(
  author: Author,
  bodies: readonly Uint8Array[],
  folderId: FolderId = keysByRole.full.folderId,
): SignedRecord[] {
  const proofs = signBatch(bodies.map(recordIdOf), folderId, author)
  return bodies.map((body, index) => bodyToRecord(body, proofs[index]!))
}

export function bodyToRecord(body: Uint8Array, proof: RecordProof): SignedRecord {
  return { version: undefined as never, body, proof }
}

export function forge(author: Author, ...forgeries: readonly Forgery[]): SignedRecord[] {
  return signBodies(
    author,
    forgeries.map((forgery) => forgeBody(author, forgery)),
  )
}
