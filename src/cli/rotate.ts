import type { Command } from 'commander'
import type { Rotated, RotationPlanBody } from '../api/schemas/folders.ts'
import type { PeerBody } from '../api/schemas/members.ts'
import { plainText } from '../core/plain-text.ts'
import { folderRoute } from './client.ts'
import { countToText, tableToText } from './print.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

export function defineRotate(program: Command, around: Surroundings): void {
  program
    .command('rotate')
    .description('give a folder a new secret; the one before is worth nothing from then on')
    .argument('<DIR>', 'the folder')
    .option('--confirm', 'do it; without, only say what it would do')
    .action(async (directory: string, { confirm }: { confirm?: true }, command: Command) => {
      const session = openSession(command, around)
      const path = absolute(directory)
      const route = folderRoute(path, '/rotation')
      if (confirm) session.show(await session.client.post<Rotated>(route, {}), rotatedToText)
      else session.show(await session.client.get<RotationPlanBody>(route), (plan) => planToText(path, plan))
    })
}

function rotatedToText({ path }: Rotated): string {
  const shown = plainText(path)
  return `${shown} has a new secret (berrysync secrets ${shown}). Its members move over as they connect; berrysync peers ${shown} shows who has not yet.`
}

function planToText(path: string, { moving, left, cancelledInvites }: RotationPlanBody): string {
  const shown = plainText(path)
  return [
    `${shown} would get a new secret. Nothing was changed yet.`,
    '',
    'These devices would go on by themselves, each as soon as it connects:',
    devicesToText(moving),
    '',
    `Take out first who should not (berrysync revoke ${shown} DEVICE). Devices this one has never heard of stay behind, and what they wrote goes to the archives.`,
    '',
    'Whoever else holds a secret of the folder would get nothing new any more, and keep what it has. Of those this device has met:',
    devicesToText(left),
    ...(cancelledInvites === 0
      ? []
      : ['', `${countToText(cancelledInvites, 'one-time secret')} nobody has used would be cancelled.`]),
    '',
    `To do it: berrysync rotate ${shown} --confirm`,
  ].join('\n')
}

function devicesToText(devices: readonly PeerBody[]): string {
  return tableToText(
    ['DEVICE', 'ROLE', 'ID'],
    devices.map(({ name, role, id }) => [name, role, id.slice(0, 12)]),
    'none',
  )
}
