/** What a person sees who came under a name this device does not answer to: they have no page yet that could show an error. */
import type { FastifyRequest } from 'fastify'
import { errorStatus, isSyncError } from '../core/errors.ts'

/** Undefined where the error goes out as every other: programs get what they always get. */
export function refusalPage(error: unknown, request: FastifyRequest): string | undefined {
  if (!isSyncError(error, 'host-not-allowed') || request.headers.accept?.includes('text/html') !== true)
    return undefined
  return plainPage(String(errorStatus(error.code)), error.message)
}

function plainPage(title: string, sentence: string): string {
  const safe = (value: string) => value.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Berrysync: ${safe(title)}</title>
<h1>Berrysync</h1><p>${safe(sentence)}</p></html>
`
}
