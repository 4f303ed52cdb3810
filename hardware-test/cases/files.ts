/** What the image consists of, looked at without starting it: the checks of `image/`, run as one case. */
import { runCommand } from '../../src/testing/commands.ts'
import { NotPossible } from '../board.ts'
import type { Case } from '../case.ts'

const checks = 'image/image.system-test.ts'

export const imageFiles: Case = {
  id: 'files',
  title:
    'A11: the image holds no key, no identity and nothing of where it was built; owners, modes and sizes are right',
  steps: ['On the computer that made the image: npm run test:image-files'],
  expect: 'no check fails',
  limitSeconds: 300,
  async run({ board }) {
    if (board.kind !== 'qemu') throw new NotPossible('the image itself is looked at where it was made')
    const printed = await runCommand(process.execPath, '--test', '--test-reporter=tap', checks)
    const [passed, failed] = ['pass', 'fail'].map((word) =>
      Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(printed)?.[1]),
    )
    if (!(passed! > 0) || failed !== 0) throw new Error(printed)
    return { checks: passed! }
  },
}
