/** The first message of a link, from both sides: says who this device is and what it may do, and checks what the other side says (P2, P3, P4). */
import { SyncError } from '../core/errors.ts'
import { proveRole, verifyRole } from '../core/role-proof.ts'
import type { FolderKeys } from '../core/secret.ts'
import type { Certificate, SignedStatement } from '../core/statement.ts'
import type { Link } from '../ports.ts'
import { type Feature, type Message, oldestProtocolVersion, protocolVersion } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'

export type Hello = Message & { readonly kind: 'hello' }

const client = 'berrysync/0.1'

/** `keys` are those the link was made with; `certificate` is what somebody gave this device. */
export function helloOf(
  { author, deviceName }: FolderContext,
  keys: FolderKeys,
  link: Link,
  features: readonly Feature[],
  certificate: SignedStatement<Certificate> | undefined,
): Hello {
  return {
    kind: 'hello',
    protocol: protocolVersion,
    oldestProtocol: oldestProtocolVersion,
    ...{ deviceName, client, features },
    ...proveRole(keys, link, author, certificate),
  }
}

/** Throws `peer-incompatible`, and `peer-forged` for a role that is not proven. Says nothing of whether the peer is let in. */
export function checkHello(keys: FolderKeys, link: Link, hello: Hello): void {
  if (hello.oldestProtocol > protocolVersion || hello.protocol < oldestProtocolVersion)
    throw new SyncError('peer-incompatible', { theirs: hello.protocol, ours: protocolVersion })
  if (!verifyRole(keys, link, hello)) throw new SyncError('peer-forged', { reason: 'its role is not proven' })
}
