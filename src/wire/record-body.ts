/**
 * The signed bytes of a version (R6), and back. Whoever holds a version decoded here holds one that keeps every rule of form:
 * both directions go through the same check. Says nothing about signatures.
 */
import { create, toBinary } from '@bufbuild/protobuf'
import { blockSizeFor, contentRootOf, maxFileBytes } from '../core/blocks.ts'
import { deviceNameFault } from '../core/device-name.ts'
import { type ContentRoot, idToBytes, noContent, toId, type WriterId } from '../core/ids.ts'
import { recordIdOf } from '../core/record.ts'
import { type Content, type Kind, linkRoot, maxVectorEntries, type Version } from '../core/version.ts'
import { checkedId, checkedNumber, checkedPath, checkedPieces, garbage, parse } from './garbage.ts'
import {
  ContentSchema,
  type RecordBody,
  RecordBodySchema,
  Kind as WireKind,
} from './generated/berrysync_pb.ts'

/**
 * Nothing this version writes comes near: path and new path 3,072 each, vector 16,384, device name 192, the rest below 300, and a
 * link has no new path. The rest is room for a newer version's fields; entry, proof and message around it fit one frame.
 */
export const maxBodyBytes = 32 * 1024
/** PATH_MAX of Linux. */
export const maxLinkTargetBytes = 4096

const writerIdBytes = 8
const nanosecondsPerSecond = 1_000_000_000n
const maxSeconds = 2n ** 63n - 1n
const emptyRoot = contentRootOf(new Uint8Array(0))

const wireKinds = {
  file: WireKind.FILE,
  directory: WireKind.DIRECTORY,
  link: WireKind.LINK,
  deleted: WireKind.DELETED,
} as const satisfies Record<Kind, WireKind>

function wireToKind(kind: WireKind): Kind | undefined {
  switch (kind) {
    case WireKind.FILE:
      return 'file'
    case WireKind.DIRECTORY:
      return 'directory'
    case WireKind.LINK:
      return 'link'
    case WireKind.DELETED:
      return 'deleted'
    case WireKind.UNSPECIFIED:
      return garbage('a kind is missing')
    default:
      return undefined
  }
}

/** A version before its body, and with it its id, exists. */
export type UnsignedVersion = Omit<Version, 'id'>

/** The body to sign. A version that breaks a rule of form is our own bug. */
export function encodeBody(version: UnsignedVersion): Uint8Array {
  const fault = versionFault(version)
  if (fault !== undefined) throw new Error(`assertion: ${version.path}: ${fault}`)
  const { mtimeNs } = version
  const nanoseconds = ((mtimeNs % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond
  const [writers, counters] = vectorToWire(version)
  return toBinary(
    RecordBodySchema,
    create(RecordBodySchema, {
      path: version.path,
      kind: wireKinds[version.kind],
      sizeBytes: BigInt(version.sizeBytes),
      mtimeSeconds: (mtimeNs - nanoseconds) / nanosecondsPerSecond,
      mtimeNanoseconds: Number(nanoseconds),
      executable: version.executable,
      root: idToBytes(version.root),
      blockSizeBytes: version.blockSizeBytes,
      linkTarget: version.linkTarget,
      fileId: idToBytes(version.fileId),
      writers,
      counters,
      epoch: idToBytes(version.epoch),
      deviceName: version.deviceName,
      ...(version.replaced ? { replaced: contentToWire(version.replaced) } : {}),
      movedTo: version.movedTo ?? '',
    }),
  )
}

/** Throws `peer-garbage`; undefined for a kind that only a newer version knows. */
export function decodeBody(body: Uint8Array): Version | undefined {
  if (body.length > maxBodyBytes) garbage(`a record has ${body.length} bytes`)
  const wire = parse(RecordBodySchema, body)
  const kind = wireToKind(wire.kind)
  if (kind === undefined) return undefined
  const hasTime = kind === 'file' || kind === 'link'
  const replaced = wire.replaced && wireToContent(wire.replaced.kind, wire.replaced.root)
  const version: Version = {
    id: recordIdOf(body),
    path: checkedPath(wire.path),
    kind,
    root: wireToRoot(wire.root),
    sizeBytes: checkedNumber('a size', wire.sizeBytes, 0, maxFileBytes),
    blockSizeBytes: wire.blockSizeBytes,
    mtimeNs: hasTime ? wireToTime(wire) : 0n,
    executable: kind === 'file' && wire.executable,
    linkTarget: wire.linkTarget,
    fileId: checkedId('FileId', wire.fileId),
    ...wireToVector(wire.writers, wire.counters),
    epoch: checkedId('Epoch', wire.epoch),
    deviceName: wire.deviceName,
    ...(replaced ? { replaced } : {}),
    ...(wire.movedTo === '' ? {} : { movedTo: checkedPath(wire.movedTo) }),
  }
  const fault = versionFault(version)
  return fault === undefined ? version : garbage(`${version.path}: ${fault}`)
}

/** Which rule of form a version breaks, in words (R6). */
function versionFault(version: UnsignedVersion): string | undefined {
  return (
    contentFault(version) ??
    kindFault(version) ??
    vectorFault(version) ??
    deviceNameFault(version.deviceName) ??
    (version.replaced && contentFault(version.replaced))
  )
}

function contentFault({ kind, root }: Content): string | undefined {
  const hasContent = kind === 'file' || kind === 'link'
  return hasContent === (root !== noContent) ? undefined : `a ${kind} with a root of ${root.length} digits`
}

function kindFault(version: UnsignedVersion): string | undefined {
  const { kind, root, sizeBytes, blockSizeBytes, linkTarget, movedTo, mtimeNs, executable } = version
  if (kind === 'file') {
    if (!Number.isInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > maxFileBytes)
      return `a size of ${sizeBytes}`
    if (blockSizeBytes !== blockSizeFor(sizeBytes))
      return `a block size of ${blockSizeBytes} for ${sizeBytes} bytes`
    if ((sizeBytes === 0) !== (root === emptyRoot)) return 'size and root disagree about being empty'
  } else {
    if (sizeBytes !== 0 || blockSizeBytes !== 0) return `a ${kind} with a size`
    if (executable) return `a ${kind} that is executable`
  }
  if (kind === 'link') {
    const fault = linkTargetFault(linkTarget)
    if (fault !== undefined) return fault
    if (root !== linkRoot(linkTarget)) return "a root that is not its link target's"
  } else if (linkTarget !== '') return `a ${kind} with a link target`
  if (movedTo !== undefined && kind !== 'deleted') return `a ${kind} with a new path`
  if (movedTo === version.path) return 'a move to where it was'
  if (kind === 'directory' || kind === 'deleted') return mtimeNs === 0n ? undefined : `a ${kind} with a time`
  const seconds = mtimeNs / nanosecondsPerSecond
  return seconds < maxSeconds && seconds > -maxSeconds ? undefined : `a time of ${seconds} seconds`
}

/** Why a text cannot be the target of a link, in words; undefined when it can. It is never followed, so it may point anywhere. */
export function linkTargetFault(target: string): string | undefined {
  if (target === '') return 'its link target is empty'
  if (!target.isWellFormed()) return 'its link target is not valid Unicode'
  if (target.includes('\0')) return 'its link target contains a NUL character'
  return Buffer.byteLength(target) > maxLinkTargetBytes
    ? `its link target is longer than ${maxLinkTargetBytes} bytes`
    : undefined
}

function vectorFault({ vector, writer }: UnsignedVersion): string | undefined {
  if (!vector.has(writer)) return 'its vector does not count its own writer'
  if (vector.size > maxVectorEntries) return `a vector of ${vector.size} entries`
  for (const counter of vector.values()) {
    if (!Number.isSafeInteger(counter) || counter < 1) return `a counter of ${counter}`
  }
  return undefined
}

// ---- parts --------------------------------------------------------------------------------------------------------------

function contentToWire({ kind, root }: Content) {
  return create(ContentSchema, { kind: wireKinds[kind], root: idToBytes(root) })
}

function wireToContent(kind: WireKind, root: Uint8Array): Content | undefined {
  const known = wireToKind(kind)
  return known && { kind: known, root: wireToRoot(root) }
}

function wireToRoot(root: Uint8Array): ContentRoot {
  return root.length === 0 ? noContent : checkedId('ContentRoot', root)
}

function wireToTime({ mtimeSeconds, mtimeNanoseconds }: RecordBody): bigint {
  const nanoseconds = checkedNumber('the nanoseconds of a time', mtimeNanoseconds, 0, 999_999_999)
  return mtimeSeconds * nanosecondsPerSecond + BigInt(nanoseconds)
}

/** The author's own entry stands first: that is how the body tells whose change it is. */
function vectorToWire({ vector, writer }: UnsignedVersion): [Uint8Array, bigint[]] {
  const others = [...vector.keys()].filter((other) => other !== writer)
  const order = [writer, ...others]
  return [Buffer.from(order.join(''), 'hex'), order.map((each) => BigInt(vector.get(each)!))]
}

function wireToVector(writers: Uint8Array, counters: readonly bigint[]): Pick<Version, 'vector' | 'writer'> {
  const count = checkedPieces('the writers of a vector', writers, writerIdBytes, maxVectorEntries)
  if (count === 0 || count !== counters.length)
    garbage(`a vector of ${count} writers and ${counters.length} counters`)
  const vector = new Map<WriterId, number>()
  counters.forEach((counter, index) => {
    const writer = toId('WriterId', writers.subarray(index * writerIdBytes, (index + 1) * writerIdBytes))
    if (vector.has(writer)) garbage('a vector counts a writer twice')
    vector.set(writer, checkedNumber('a counter', counter, 1, Number.MAX_SAFE_INTEGER))
  })
  return { vector, writer: vector.keys().next().value! }
}
