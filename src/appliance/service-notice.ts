/**
 * Tells systemd how the service does. Node has no datagram sockets of the Unix kind, so each notice is a short process, `systemd-notify`; the unit
 * has to allow them (`NotifyAccess=all`). Only where the service manager gave a socket.
 */
import { execFile } from 'node:child_process'

/** It waits until the manager has read the notice. */
const limitMs = 10_000

/** Sends `VARIABLE=VALUE` pairs. Rejects when that cannot be done. */
export type Notify = (...pairs: readonly string[]) => Promise<void>

export const notifySystemd: Notify = (...pairs) =>
  new Promise((resolve, reject) => {
    execFile('systemd-notify', pairs, { timeout: limitMs }, (error) =>
      error === null ? resolve() : reject(error),
    )
  })
