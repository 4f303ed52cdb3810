/** The description of the API as it is checked in: `npm run openapi` writes it, and a test sees that it is current. */
import { fileURLToPath } from 'node:url'
import { buildApp } from '../api/app.ts'
import type { Steering } from '../api/steering.ts'
import { createOpenDoor } from './open-door.ts'

export const descriptionFile = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url))

/** As the daemon serves it, on lines of its own. */
export async function readDescription(): Promise<string> {
  // The description asks nothing of the daemon.
  const throwBug = (bug: unknown) => {
    throw bug
  }
  const app = buildApp({} as Steering, throwBug, createOpenDoor())
  const answer = await app.inject({ url: '/api/openapi.json' })
  await app.close()
  return `${JSON.stringify(answer.json(), undefined, 2)}\n`
}
