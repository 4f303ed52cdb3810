/** Why a path cannot sync, as a value: it is kept and shown, and stops nothing else. */
import { type ErrorCode, type ErrorData, SyncError } from './errors.ts'

export interface Problem {
  /** As it should be shown; not a RelPath, because the name may be the problem. */
  readonly path: string
  readonly code: ErrorCode
  /** The sentence in English; `data` fills that of any other language. */
  readonly message: string
  readonly data: ErrorData
}

export function problemOf(path: string, { code, message, data }: SyncError): Problem {
  return { path, code, message, data }
}

/** The error a problem was made of. */
export function errorOf({ code, message, data }: Problem): SyncError {
  return new SyncError(code, data, { sentence: message })
}
