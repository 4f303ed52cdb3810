/** A door that lets everybody in: for tests of what lies behind it. */
import type { Access } from '../api/access.ts'
import { createOwnerDoor, type Door } from '../api/door.ts'
import { createSessionCookie } from '../api/session-cookie.ts'

/** Asked for an access it would fail: there is none. */
export function createOpenDoor(kind: Door['kind'] = 'control'): Door {
  return { ...createOwnerDoor({} as Access, createSessionCookie('d', false)), kind }
}
