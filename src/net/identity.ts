/**
 * The keys that make this machine a device: the X25519 pair peers know it by, and the seed of the Ed25519 key it signs records with.
 * They lie in one private file of the home, made at the first start. A damaged file is never replaced: the device would become a
 * stranger to every folder, so a person decides. No key ever goes into a log.
 */
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ed25519Pair, ed25519SeedBytes } from '../core/ed25519.ts'
import { reasonOf, SyncError } from '../core/errors.ts'
import { type AuthorKey, type DeviceId, toId } from '../core/ids.ts'
import { type KeyPair, keyPairOf, x25519KeyBytes } from '../core/x25519.ts'
import { replaceFile } from '../durable-file.ts'

/** The X25519 pair of this device. Its public key is the device id. */
export interface DeviceKeys extends KeyPair {
  readonly id: DeviceId
}

export interface Identity {
  readonly device: DeviceKeys
  /** 32 bytes, the private half of the author key. */
  readonly authorSeed: Uint8Array
  readonly author: AuthorKey
}

/** An identity file is under 500 bytes; nothing larger is read. */
const maxFileBytes = 4096

export function deviceKeysOf(privateKey: Uint8Array): DeviceKeys {
  const pair = keyPairOf(privateKey)
  return { ...pair, id: toId('DeviceId', pair.publicKey) }
}

function identityOf(devicePrivateKey: Uint8Array, authorSeed: Uint8Array): Identity {
  return {
    device: deviceKeysOf(devicePrivateKey),
    authorSeed,
    author: toId('AuthorKey', ed25519Pair(authorSeed).publicKey),
  }
}

/**
 * Reads the identity, or makes it when there is no such file. `random` gives that many unpredictable bytes. Throws `identity-damaged`
 * for a file that cannot be read as an identity, which stays as it is.
 */
export async function loadIdentity(file: string, random: (count: number) => Uint8Array): Promise<Identity> {
  let text: string | undefined
  try {
    text = await readLimited(file)
  } catch (thrown) {
    throw new SyncError('identity-damaged', { file, reason: reasonOf(thrown) }, { cause: thrown })
  }
  if (text !== undefined) return parseIdentity(file, text)
  const identity = identityOf(random(x25519KeyBytes), random(ed25519SeedBytes))
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await replaceFile(file, identityToText(identity))
  return identity
}

async function readLimited(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })
  if (handle === undefined) return undefined
  try {
    if ((await handle.stat()).size > maxFileBytes) throw new Error('it is too long')
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** The public keys are written too: they show a private key that lost a bit. */
export function identityToText({ device, authorSeed, author }: Identity): string {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  const fields = {
    version: 1,
    device: device.id,
    deviceKey: hex(device.privateKey),
    author,
    authorSeed: hex(authorSeed),
  }
  return `${JSON.stringify(fields, undefined, 2)}\n`
}

/** What `identityToText` wrote. `file` names it in the error. Throws `identity-damaged`. */
export function parseIdentity(file: string, text: string): Identity {
  const damaged = (reason: string, cause?: unknown) =>
    new SyncError('identity-damaged', { file, reason }, { cause })
  let fields: unknown
  try {
    fields = JSON.parse(text)
  } catch (thrown) {
    throw damaged('it is not JSON', thrown)
  }
  if (typeof fields !== 'object' || fields === null) throw damaged('it is not an object')
  const { version, device, deviceKey, author, authorSeed } = fields as Record<string, unknown>
  if (version !== 1) throw damaged('it has another version')
  const identity = identityOf(keyOf('deviceKey', deviceKey), keyOf('authorSeed', authorSeed))
  if (identity.device.id !== device || identity.author !== author)
    throw damaged('its keys do not fit together')
  return identity

  function keyOf(name: string, value: unknown): Buffer {
    if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw damaged(`${name} is not a key`)
    return Buffer.from(value, 'hex')
  }
}
