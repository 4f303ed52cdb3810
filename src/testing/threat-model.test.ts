import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exposureFigures } from '../../image/exposure-figures.ts'

const units = fileURLToPath(new URL('../../systemd', import.meta.url))

/** From 0, closed, to 10. Other versions of systemd weigh a little differently; the package's own test asks that of a new Debian. */
function exposureOf(unit: string): number {
  const args = ['security', '--offline=true', '--no-pager', `${units}/${unit}`]
  const said = execFileSync('systemd-analyze', args, { encoding: 'utf8' })
  return Number(/exposure level for \S+: (\d+\.\d)/.exec(said)?.[1])
}

test('no unit has more rights than docs/security.md says, which knows all of them', () => {
  const allowed = exposureFigures()
  const names = readdirSync(units).filter((name) => name.endsWith('.service'))
  expect([...allowed.keys()].sort()).toEqual(names.sort())
  const measured = names.map((name) => [name, exposureOf(name)] as const)
  expect(measured.filter(([name, exposure]) => !(exposure <= allowed.get(name)!))).toEqual([])
})
