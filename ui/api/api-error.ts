/** What went wrong with a request: the daemon's own error, or that it could not be reached. */
import type { ErrorBody } from '../../src/api/schemas/basics.ts'

/** Codes that only a browser meets. */
export type BrowserCode = 'device-unreachable' | 'answer-unreadable' | 'dismissed'

export class ApiError extends Error {
  readonly code: string
  readonly data: ErrorBody['data']

  constructor({ code, message, data }: ErrorBody) {
    super(message)
    this.code = code
    this.data = data
  }
}

export function browserError(code: BrowserCode): ApiError {
  return new ApiError({ code, message: code, data: {} })
}

/** An error as it is told, whatever was thrown. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return new ApiError({ code: 'internal', message: reason, data: { reason } })
}
