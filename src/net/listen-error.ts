import { reasonOf, SyncError } from '../core/errors.ts'

/** Why a socket could not listen at an address (`host:port`), as `port-in-use` or `listen-failed`. */
export function listenError(error: NodeJS.ErrnoException, address: string): SyncError {
  return error.code === 'EADDRINUSE'
    ? new SyncError('port-in-use', { address }, { cause: error })
    : new SyncError('listen-failed', { address, reason: reasonOf(error) }, { cause: error })
}
