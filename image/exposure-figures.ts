/** How exposed each unit of systemd/ may be at most, in the figures of `systemd-analyze security`: as the table in docs/security.md says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.ts'

/** By the name of the unit. */
export function exposureFigures(): Map<string, number> {
  const text = readFileSync(join(root, 'docs/security.md'), 'utf8')
  const rows = text.matchAll(/^\| `([\w@.-]+\.service)` \| (\d+\.\d) \|/gm)
  return new Map([...rows].map(([, unit, figure]) => [unit!, Number(figure)]))
}
