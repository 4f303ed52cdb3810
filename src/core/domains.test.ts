import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const sourceRoot = fileURLToPath(new URL('..', import.meta.url))

function domains(): string[] {
  const files = readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /^(core|net|wire)\b.*(?<!\.test)\.ts$/.test(file))
  return sources.flatMap((file) =>
    Array.from(
      readFileSync(join(sourceRoot, file), 'utf8').matchAll(/'(berrysync [a-z ]+)'/g),
      (match) => match[1]!,
    ),
  )
}

test('S1 no domain text is the beginning of another, and each has one use', () => {
  const found = domains().sort()
  expect(found.length).toBeGreaterThan(15)
  for (const [index, domain] of found.entries())
    expect(found[index + 1] ?? '').not.toMatch(new RegExp(`^${domain}`))
})
