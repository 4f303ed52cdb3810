import type { Command } from 'commander'
import { SyncError } from '../core/errors.ts'
import { openSession, type Surroundings } from './session.ts'

export function definePassword(program: Command, around: Surroundings): void {
  program
    .command('password')
    .description('set the password of the web interface; ends every session there')
    .action(async (_options, command: Command) => {
      const session = openSession(command, around)
      const password = await chooseHidden(around, 'New password for the web interface: ', 'password-weak')
      const answer = await session.client.put<object>('/api/access/password', { password })
      session.show(answer, () => 'The password is set. Whoever was logged in has to log in again.')
    })
}

/** Asked twice on a terminal; one line of standard input otherwise. */
export async function chooseHidden(
  around: Surroundings,
  question: string,
  differ: 'password-weak' | 'passphrase-weak',
): Promise<string> {
  const first = await around.askHidden(question)
  if (first === undefined) return firstLine(around)
  const second = await around.askHidden('Once more: ')
  if (first !== second) throw new SyncError(differ, { reason: 'the two you typed differ' })
  return first
}

/** What is known already is asked once. */
export async function askHiddenOnce(around: Surroundings, question: string): Promise<string> {
  return (await around.askHidden(question)) ?? firstLine(around)
}

async function firstLine(around: Surroundings): Promise<string> {
  return (await around.readInput()).split(/\r?\n/, 1)[0]!
}
