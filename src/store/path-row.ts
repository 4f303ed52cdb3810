/** A path's row: what lies here as columns and back, and the state a row stands for. */
import type { Damage } from '../core/damage.ts'
import { idToBytes } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { Version } from '../core/version.ts'
import type { Here, PathState } from './folder-store.ts'
import { bytesToRoot } from './version-row.ts'

/** What lies here, named as in the schema. Integers are read as bigint. */
interface PresentColumns {
  readonly here_kind: Here['kind']
  readonly here_root: Buffer
  readonly here_disk_path: string | null
  readonly here_size: bigint
  readonly here_mtime: string
  readonly here_ctime: string
  readonly here_inode: bigint
  readonly here_device: bigint
  readonly here_executable: bigint
  readonly here_verified: bigint
  readonly here_damage: Buffer | null
}

/** Only the kind tells whether the other columns hold anything. */
export type PathRow = {
  readonly path: RelPath
  readonly winner: bigint | null
  readonly agreed: bigint | null
  readonly ignored: bigint
  readonly asked: bigint
  readonly unkept: bigint
} & (PresentColumns | { readonly here_kind: null })

const absentColumns: Readonly<Record<keyof PresentColumns, null>> = {
  here_kind: null,
  here_root: null,
  here_disk_path: null,
  here_size: null,
  here_mtime: null,
  here_ctime: null,
  here_inode: null,
  here_device: null,
  here_executable: null,
  here_verified: null,
  here_damage: null,
}

export const hereColumns = Object.keys(absentColumns) as readonly (keyof PresentColumns)[]

export function hereToRow(
  path: RelPath,
  here: Here | undefined,
): Readonly<Record<keyof PresentColumns, unknown>> {
  if (here === undefined) return absentColumns
  return {
    here_kind: here.kind,
    here_root: idToBytes(here.root),
    here_disk_path: here.diskPath === path ? null : here.diskPath,
    here_size: here.sizeBytes,
    here_mtime: here.mtimeNs.toString(),
    here_ctime: here.ctimeNs.toString(),
    here_inode: toSigned(here.inode),
    here_device: toSigned(here.device),
    here_executable: Number(here.executable),
    here_verified: Number(here.verified),
    here_damage: here.damage === undefined ? null : damageToBytes(here.damage),
  }
}

/** No bytes stand for what cannot be read. */
export function damageToBytes(damage: Damage): Buffer {
  return damage === 'unreadable' ? Buffer.alloc(0) : idToBytes(damage)
}

function bytesToDamage(bytes: Buffer): Damage {
  return bytes.length === 0 ? 'unreadable' : bytesToRoot(bytes)
}

/** Inode and device as they are stored: the signed number of the same 64 bits. */
export function toSigned(id: bigint): bigint {
  return BigInt.asIntN(64, id)
}

export function rowToHere(row: PathRow): Here | undefined {
  if (row.here_kind === null) return undefined
  return {
    kind: row.here_kind,
    root: bytesToRoot(row.here_root),
    diskPath: row.here_disk_path ?? row.path,
    sizeBytes: Number(row.here_size),
    mtimeNs: BigInt(row.here_mtime),
    ctimeNs: BigInt(row.here_ctime),
    inode: BigInt.asUintN(64, row.here_inode),
    device: BigInt.asUintN(64, row.here_device),
    executable: row.here_executable === 1n,
    verified: row.here_verified === 1n,
    ...(row.here_damage === null ? {} : { damage: bytesToDamage(row.here_damage) }),
  }
}

export function rowToState(row: PathRow, versionAt: (sequence: number) => Version): PathState {
  const winner = row.winner === null ? undefined : versionAt(Number(row.winner))
  // Nearly always both are the same record.
  const agreed =
    row.agreed === row.winner ? winner : row.agreed === null ? undefined : versionAt(Number(row.agreed))
  return {
    path: row.path,
    winner,
    agreed,
    here: rowToHere(row),
    ignored: row.ignored === 1n,
    asked: row.asked === 1n,
    unkept: row.unkept === 1n,
  }
}
