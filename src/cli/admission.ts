import type { Command } from 'commander'
import type { AdmissionBody } from '../api/schemas/members.ts'
import { folderRoute } from './client.ts'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'

const meanings: Readonly<Record<AdmissionBody['rule'], string>> = {
  secret: 'Whoever holds a secret of the folder may join it.',
  approval:
    'Who joins with the read-only secret waits until somebody with full access lets it in (berrysync approve).',
  invite: 'Only who is let in with a one-time secret, or holds the full secret, may join.',
}

export function defineAdmission(program: Command, around: Surroundings): void {
  program
    .command('admission')
    .description('who may join a folder; without RULE show it')
    .argument('<DIR>', 'the folder')
    .argument('[RULE]', 'secret, approval or invite; holds on every device of the folder')
    .action(async (directory: string, rule: string | undefined, _options, command: Command) => {
      if (rule !== undefined && !Object.hasOwn(meanings, rule))
        wrongUsage(command, `'${rule}' is none of secret, approval and invite`)
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/admission')
      const answer =
        rule === undefined
          ? await session.client.get<AdmissionBody>(route)
          : await session.client.patch<AdmissionBody>(route, { rule })
      session.show(answer, (shown) => `${shown.rule}: ${meanings[shown.rule]}`)
    })
}
