/** Who the page is for the device: whether there is a password yet, whether it was typed, and asking for it again where more is at stake. */
import { signal } from '@preact/signals'
import type { Access } from '../../src/api/schemas/access.ts'
import { browserError } from '../api/api-error.ts'
import { answerRefusals, api } from '../api/request.ts'

export const access = signal<Access | undefined>(undefined)

/** Waits for the password to be typed again; called with whether it was. */
export const wantedConfirmation = signal<((isConfirmed: boolean) => void) | undefined>(undefined)

export async function loadAccess(): Promise<Access> {
  const now = await api.get<Access>('/api/access')
  access.value = now
  return now
}

export async function setUp(password: string, name: string): Promise<void> {
  await api.post('/api/access/set-up', { password, name })
  await loadAccess()
}

export async function logIn(password: string): Promise<void> {
  await api.post('/api/access/log-in', { password })
  await loadAccess()
}

export async function logOut(): Promise<void> {
  await api.post('/api/access/log-out')
  await loadAccess()
}

export async function confirmPassword(password: string): Promise<void> {
  await api.post('/api/access/confirm', { password })
  settleConfirmation(true)
}

/** Ends the question for the password. */
export function settleConfirmation(isConfirmed: boolean): void {
  const settle = wantedConfirmation.peek()
  wantedConfirmation.value = undefined
  settle?.(isConfirmed)
}

function askForPassword(): Promise<boolean> {
  // One dialog serves every request that waits for it.
  const before = wantedConfirmation.peek()
  return new Promise((resolve) => {
    wantedConfirmation.value = (isConfirmed) => {
      before?.(isConfirmed)
      resolve(isConfirmed)
    }
  })
}

answerRefusals(async ({ code }) => {
  if (code === 'confirmation-needed') {
    if (await askForPassword()) return true
    throw browserError('dismissed')
  }
  if (code === 'log-in-needed') await loadAccess()
  return false
})
