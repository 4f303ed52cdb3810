/** What docs/security.md claims and can be checked by a program: that the tests it names are there, what units may, how dependencies are pinned. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exposureFigures } from '../../image/exposure-figures.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** From 0, closed, to 10. Other versions of systemd weigh a little differently; the package's own test asks that of a new Debian. */
function exposureOf(unit: string): number {
  const args = ['security', '--offline=true', '--no-pager', join(root, 'systemd', unit)]
  const said = execFileSync('systemd-analyze', args, { encoding: 'utf8' })
  return Number(/exposure level for \S+: (\d+\.\d)/.exec(said)?.[1])
}

test('no unit has more rights than docs/security.md says, which knows all of them', () => {
  const allowed = exposureFigures()
  const names = readdirSync(join(root, 'systemd')).filter((name) => name.endsWith('.service'))
  expect([...allowed.keys()].sort()).toEqual(names.sort())
  const measured = names.map((name) => [name, exposureOf(name)] as const)
  expect(measured.filter(([name, exposure]) => !(exposure <= allowed.get(name)!))).toEqual([])
})

test('every test that docs/security.md names is there, and every one it refers to is named', () => {
  const [model = '', list = ''] = read('docs/security.md').split(/^## Tests$/m)
  const named = [...list.matchAll(/^\| (T\d+) \| `([^`]+)` \| (.+) \|$/gm)]
  const numbers = named.map(([, number]) => number!)
  expect(new Set(numbers).size).toBe(numbers.length)
  const missing = named.filter(([, , file, title]) => {
    const quoted = ["'", '"', '`'].map((quote) => `${quote}${title}${quote}`)
    return !quoted.some((text) => read(file!).includes(text))
  })
  expect(missing.map(([row]) => row)).toEqual([])
  const referred = new Set(model.match(/\bT\d+\b/g))
  expect([...referred].sort()).toEqual([...numbers].sort())
})

test('every package of npm is pinned by its hash, and none runs anything when it is installed', () => {
  const manifest: Record<string, Record<string, string>> = JSON.parse(read('package.json'))
  const wanted = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(manifest[kind]!),
  )
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  const { packages }: { packages: Record<string, { integrity?: string }> } = JSON.parse(
    read('package-lock.json'),
  )
  const locked = Object.entries(packages).filter(([path]) => path !== '')
  expect(locked.length).toBeGreaterThan(wanted.length)
  expect(locked.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))).toEqual([])
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m)
})
