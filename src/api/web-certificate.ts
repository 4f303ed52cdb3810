/**
 * The certificate of the web interface, made on the device: nobody else vouches for it, so a browser asks its person once. It stays the
 * same for as long as it can be read and names the host, because every new one is asked about again.
 */
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { reasonOf, SyncError } from '../core/errors.ts'
import { replaceFile } from '../durable-file.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import type { Certificate } from './web-server.ts'

const keyName = 'web-key.pem'
const certificateName = 'web-certificate.pem'
const dayMs = 24 * 3_600_000
/** Longer than any SD card lives. */
const lifeMs = 3652 * dayMs
/** Clocks of phones, and of a board without a battery, differ. */
const earlierMs = 2 * dayMs
const serialBytes = 16

export interface CertificateNeeds {
  /** The state directory. */
  readonly home: string
  /** Names and addresses of the device, its host name first. */
  readonly names: readonly string[]
  readonly clock: Pick<Clock, 'now'>
  readonly chance: Pick<Chance, 'bytes'>
  readonly log: Log
}

/** Throws `certificate-failed`. */
export async function loadCertificate(needs: CertificateNeeds): Promise<Certificate> {
  const { home, names, clock, log } = needs
  const kept = await readKept(home)
  const fault = kept === undefined ? undefined : faultOf(kept, names[0]!, clock.now())
  if (kept !== undefined && fault === undefined) return kept
  if (fault !== undefined) log.warn({ reason: fault }, 'a new certificate is made for the web interface')
  try {
    const made = await make(needs)
    // The key last: without the one that belongs to it the other counts as damaged.
    await replaceFile(join(home, certificateName), made.certificate)
    await replaceFile(join(home, keyName), made.key)
    return made
  } catch (error) {
    throw new SyncError(
      'certificate-failed',
      { file: join(home, certificateName), reason: reasonOf(error) },
      { cause: error },
    )
  }
}

/** As browsers show it to who looks. */
export function fingerprintOf({ certificate }: Certificate): string {
  return new X509Certificate(certificate).fingerprint256
}

async function readKept(home: string): Promise<Certificate | undefined> {
  try {
    const [key, certificate] = await Promise.all(
      [keyName, certificateName].map((name) => readFile(join(home, name), 'utf8')),
    )
    return { key: key!, certificate: certificate! }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SyncError(
      'certificate-failed',
      { file: join(home, keyName), reason: reasonOf(error) },
      { cause: error },
    )
  }
}

function faultOf({ key, certificate }: Certificate, hostName: string, nowMs: number): string | undefined {
  try {
    const read = new X509Certificate(certificate)
    if (!read.checkPrivateKey(createPrivateKey(key))) return 'its key is another'
    if (read.checkHost(hostName) === undefined) return `it does not name ${hostName}`
    return nowMs > Date.parse(read.validTo) ? 'it has expired' : undefined
  } catch (error) {
    return reasonOf(error)
  }
}

async function make({ names, clock, chance }: CertificateNeeds): Promise<Certificate> {
  // Loaded only here: they are needed once in the life of a device. The second leans on the first.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const nowMs = clock.now()
  const made = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: positive(chance.bytes(serialBytes)).toString('hex'),
      name: [{ CN: [names[0]!] }],
      notBefore: new Date(nowMs - earlierMs),
      notAfter: new Date(nowMs + lifeMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        // It can vouch for nothing else, in case somebody tells a browser to trust it.
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
        ),
      ],
    },
    webcrypto as never,
  )
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { certificate: `${made.toString('pem')}\n`, key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
}

/** A serial number is no negative one. */
function positive(bytes: Buffer): Buffer {
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes
}
