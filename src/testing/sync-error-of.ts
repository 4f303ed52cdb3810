import { isSyncError, type SyncError } from '../core/errors.ts'

/** The error of ours that a call throws. Any other is thrown on, and none is a fault of the test. */
export function syncErrorOf(call: () => unknown): SyncError {
  try {
    call()
  } catch (thrown) {
    if (isSyncError(thrown)) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}
