/** The network interfaces of this machine, as far as the system tells. */
import { networkInterfaces } from 'node:os'
import type { Interfaces } from './lan-segments.ts'

/** None where they cannot be read: a service may be forbidden to ask the kernel (systemd's `RestrictAddressFamilies` without `AF_NETLINK`). */
export function ownInterfaces(read: () => Interfaces = networkInterfaces): Interfaces {
  try {
    return read()
  } catch {
    return {}
  }
}
