import type { Command } from 'commander'
import type { TokenMade, TokenRow, Tokens } from '../api/schemas/access.ts'
import { plainText } from '../core/plain-text.ts'
import { readDuration } from './duration.ts'
import { tableToText, timeToText } from './print.ts'
import { openSession, type Surroundings, wrongUsage } from './session.ts'

interface TokenOptions {
  readonly scope: string
  readonly expires?: string
}

export function defineToken(program: Command, around: Surroundings): void {
  const token = program
    .command('token')
    .description('what programs show to the web interface in place of a password')

  token
    .command('list')
    .description('list them; what they open cannot be shown again')
    .action(async (_options, command: Command) => {
      const session = openSession(command, around)
      session.show(await session.client.get<Tokens>('/api/access/tokens'), tokensToText)
    })

  token
    .command('create')
    .description('make one, and print it this once')
    .argument('<NAME>', 'what it is for')
    .option('--scope <SCOPE>', 'read: sees everything but secrets; control: changes things, too', 'read')
    .option('--expires <DURATION>', 'like 12h or 30d; never when left out')
    .action(async (name: string, { scope, expires }: TokenOptions, command: Command) => {
      if (scope !== 'read' && scope !== 'control')
        wrongUsage(command, `'${scope}' is no scope; write read or control`)
      const lifeSeconds = expires === undefined ? {} : { lifeSeconds: readDuration(command, expires) }
      const session = openSession(command, around)
      const made = await session.client.post<TokenMade>('/api/access/tokens', { name, scope, ...lifeSeconds })
      session.show(made, madeToText)
    })

  token
    .command('revoke')
    .description('make one worthless')
    .argument('<ID>', 'as the list shows it')
    .action(async (id: string, _options, command: Command) => {
      const session = openSession(command, around)
      const answer = await session.client.remove<object>(`/api/access/tokens/${encodeURIComponent(id)}`)
      session.show(answer, () => 'Revoked: it opens nothing any more.')
    })
}

function madeToText({ token, scope, expires }: TokenMade): string {
  const end = expires === undefined ? 'until it is revoked' : `until ${timeToText(expires)}`
  const may = scope === 'read' ? 'read' : 'read and change'
  return [token, `It may ${may} everything but secrets, ${end}. It is not shown again.`].join('\n')
}

function tokensToText({ tokens }: Tokens): string {
  const row = ({ id, name, scope, created, expires, lastUsed }: TokenRow): string[] => [
    ...[id, plainText(name), scope, timeToText(created)],
    expires === undefined ? 'never' : timeToText(expires),
    lastUsed === undefined ? 'never' : timeToText(lastUsed),
  ]
  return tableToText(
    ['ID', 'NAME', 'SCOPE', 'CREATED', 'EXPIRES', 'LAST USED, ABOUT'],
    tokens.map(row),
    'There are no tokens. Make one with: berrysync token create NAME',
  )
}
