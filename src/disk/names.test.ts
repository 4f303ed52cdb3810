import { expect, test } from 'vitest'
import type { Directory } from './files.ts'
import { findRival } from './names.ts'

function holding(...names: string[]): Directory {
  return { list: async () => names } as Partial<Directory> as Directory
}

test.each([
  ['first', 'FIRST', 'first'],
  ['cafe\u0301', 'Caf\u00e9', 'cafe\u0301'],
  // exFAT finds one by the other.
  ['λογος', 'λογοσ', 'λογος'],
  ['ΛΟΓΟΣ', 'λογοσ', 'ΛΟΓΟΣ'],
  ['ss', 'ß', undefined],
  ['same', 'same', undefined],
])('beside %s, %s has the rival %s', async (present, name, rival) => {
  expect(await findRival(holding('other', present), name)).toBe(rival)
})
