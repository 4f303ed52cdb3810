/**
 * What a disk is called below the mount root. A name is made once, of the label, and remembered by the UUID, because the paths of folders
 * begin with it. Plain ASCII, so that no label can reach anything by its name. Pure.
 */
import Type, { type Static } from 'typebox'

export const RememberedNames = Type.Array(
  Type.Object({
    key: Type.String({ maxLength: 600 }),
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
  }),
)
/** The disk that was attached longest ago comes first. */
export type RememberedNames = Static<typeof RememberedNames>

/** More disks than a person has; then the one that was attached longest ago is forgotten. */
const maxRemembered = 200
const maxWordCharacters = 32

export interface NamedDisk {
  readonly name: string
  readonly remembered: RememberedNames
}

/** The name of the disk with this key. `wishes` are what it could be called, the best first. */
export function nameDisk(
  remembered: RememberedNames,
  key: string,
  wishes: readonly (string | null)[],
): NamedDisk {
  const others = remembered.filter((entry) => entry.key !== key)
  const known = remembered.find((entry) => entry.key === key)
  const name = known?.name ?? freeName(wordOf(wishes), new Set(others.map((entry) => entry.name)))
  return { name, remembered: [...others.slice(1 - maxRemembered), { key, name }] }
}

function wordOf(wishes: readonly (string | null)[]): string {
  for (const wish of wishes) {
    const word = (wish ?? '')
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, maxWordCharacters)
      .replace(/^-+|-+$/g, '')
    if (word !== '') return word
  }
  return 'disk'
}

function freeName(word: string, taken: ReadonlySet<string>): string {
  if (!taken.has(word)) return word
  for (let number = 2; ; number++) if (!taken.has(`${word}-${number}`)) return `${word}-${number}`
}
