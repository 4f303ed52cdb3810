/** The licences of what esbuild put into the bundles, as one text: who passes a bundle on passes these on. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `metafiles` are esbuild's. Throws for a package without a licence text. */
export function licencesOf(root, metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs))
  const packages = new Set(
    inputs.flatMap((path) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[0] ?? []),
  )
  return [...packages]
    .sort()
    .map((directory) => section(join(root, directory)))
    .join('')
}

function section(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? `Licence: ${license}\n` : readFileSync(join(directory, file), 'utf8')
  if (file === undefined && license === undefined) throw new Error(`${name} says nothing of its licence`)
  return `${'='.repeat(78)}\n${name} ${version}\n\n${text.trim()}\n\n`
}
