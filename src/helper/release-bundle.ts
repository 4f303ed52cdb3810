/**
 * What a release file is: one line that says so, the length of the manifest, a signature, the manifest, and then the files one after another as
 * one stream of zstd. Everything about a file stands in the signed manifest, so nothing in the stream is a name, a link or a mode. Pure.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { SyncError } from '../core/errors.ts'

const closed = { additionalProperties: false } as const
const magic = Buffer.from('berrysync-release 1\n')
const signatureBytes = 64
const mebibyte = 1024 ** 2

/** A release has some hundred files, mostly of the web interface. */
const maxFiles = 4000
export const maxManifestBytes = mebibyte
/** The fixed part before the manifest. */
export const headerBytes = magic.length + 4 + signatureBytes
/** Node alone has some 110 MB; packed, a release has some 35. */
const maxReleaseBytes = 512 * mebibyte
export const maxBundleBytes = 256 * mebibyte
/** What unpacking may hold in memory: a power of two. */
export const windowBits = 23

const Version = Type.String({ pattern: '^(0|[1-9][0-9]{0,5})(\\.(0|[1-9][0-9]{0,5})){2}$' })
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
/** Names that begin with a dot are left out, and with them `..`; so is everything absolute. */
const FilePath = Type.String({
  maxLength: 200,
  pattern: '^[A-Za-z0-9@_][A-Za-z0-9@_.+-]*(/[A-Za-z0-9@_][A-Za-z0-9@_.+-]*){0,15}$',
})

const ManifestSchema = Type.Object(
  {
    version: Version,
    arch: Type.Union([Type.Literal('arm64'), Type.Literal('amd64')]),
    /** The oldest release that it may take the place of. */
    replaces: Version,
    /** ISO 8601, UTC; for people. */
    created: Type.String({ maxLength: 30 }),
    /** The stream as it stands in the file, packed. */
    payload: Type.Object(
      { bytes: Type.Integer({ minimum: 0, maximum: maxBundleBytes }), sha256: Sha256 },
      closed,
    ),
    files: Type.Array(
      Type.Object(
        {
          path: FilePath,
          bytes: Type.Integer({ minimum: 0, maximum: maxReleaseBytes }),
          sha256: Sha256,
          executable: Type.Boolean(),
        },
        closed,
      ),
      { minItems: 1, maxItems: maxFiles },
    ),
  },
  closed,
)
export type Manifest = Static<typeof ManifestSchema>
export type ReleaseFile = Manifest['files'][number]
export type Architecture = Manifest['arch']

/** What `launch` looks for before it takes a directory for a release. */
export const neededFiles = ['berrysync.mjs', 'helper.mjs', 'memory-flags', 'node'] as const

/** As Debian calls what Node calls `process.arch`; undefined where there is no release for it. */
export function architectureOf(nodeArch: string): Architecture | undefined {
  return nodeArch === 'x64' ? 'amd64' : nodeArch === 'arm64' ? 'arm64' : undefined
}

export function isVersion(text: string): boolean {
  return Value.Check(Version, text)
}

/** Negative where `a` is older. Both have to be versions. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  return left.map((number, at) => number - right[at]!).find((difference) => difference !== 0) ?? 0
}

export function bundleName({ version, arch }: Pick<Manifest, 'version' | 'arch'>): string {
  return `berrysync-${version}-${arch}.release`
}

/** Everything that stands before the payload. */
export function encodeHead(manifest: Manifest, privateKey: KeyObject): Buffer {
  const text = Buffer.from(JSON.stringify(manifest))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([magic, length, sign(null, signed(text), privateKey), text])
}

export interface Head {
  readonly manifestBytes: number
  readonly signature: Buffer
}

/** Reads the fixed part. Throws `release-malformed`. */
export function decodeHead(fixed: Buffer): Head {
  if (fixed.length < headerBytes || !fixed.subarray(0, magic.length).equals(magic))
    throw malformed('it does not begin like one')
  const manifestBytes = fixed.readUInt32BE(magic.length)
  if (manifestBytes > maxManifestBytes) throw malformed('its list of files is too long')
  return { manifestBytes, signature: fixed.subarray(magic.length + 4, headerBytes) }
}

/** Believes a manifest only once one of these keys has signed it. Throws `release-untrusted` and `release-malformed`. */
export function openManifest(text: Buffer, signature: Buffer, trusted: readonly KeyObject[]): Manifest {
  if (!trusted.some((key) => verify(null, signed(text), key, signature)))
    throw new SyncError('release-untrusted')
  return parseManifest(text)
}

/** What a manifest says, believed or not. Throws `release-malformed`. */
export function parseManifest(text: Buffer): Manifest {
  let json: unknown
  try {
    json = JSON.parse(text.toString('utf8'))
  } catch {
    throw malformed('its list of files cannot be read')
  }
  if (!Value.Check(ManifestSchema, json)) throw malformed('its list of files is not of the right form')
  const total = json.files.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total > maxReleaseBytes) throw malformed('it is larger than a release may be')
  const paths = new Set(json.files.map(({ path }) => path))
  if (paths.size !== json.files.length) throw malformed('it has a file twice')
  const beneathFile = json.files.find(({ path }) => parentsOf(path).some((parent) => paths.has(parent)))
  if (beneathFile !== undefined) throw malformed(`${beneathFile.path} lies in a file`)
  const missing = neededFiles.find((path) => !paths.has(path))
  if (missing !== undefined) throw malformed(`it has no ${missing}`)
  return json
}

/** The directories a path goes through: `a/b/c` → `a`, `a/b`. */
export function parentsOf(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1)
  return names.map((_, at) => names.slice(0, at + 1).join('/'))
}

/** A9: throws why this release must not take the place of the one that runs. */
export function judgeManifest(manifest: Manifest, running: string, arch: Architecture | undefined): void {
  const { version, replaces } = manifest
  if (manifest.arch !== arch)
    throw new SyncError('release-foreign', { version, arch: manifest.arch, own: arch ?? 'other' })
  const order = compareVersions(version, running)
  if (order === 0) throw new SyncError('release-same', { version })
  if (order < 0) throw new SyncError('release-older', { version, running })
  if (compareVersions(running, replaces) < 0)
    throw new SyncError('release-too-far', { version, running, replaces })
}

/** A public key as PEM; undefined for anything else. */
export function readKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem)
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

/** What is signed begins like the file, so that a signature made for something else is never one of a release. */
function signed(text: Buffer): Buffer {
  return Buffer.concat([magic, text])
}

function malformed(reason: string): SyncError {
  return new SyncError('release-malformed', { reason })
}
