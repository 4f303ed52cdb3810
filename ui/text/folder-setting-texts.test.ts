import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderSettingTable } from '../../src/setting-table.ts'

test.each(['en', 'ru'])(
  'every setting of a folder has its name, its meaning and what it may be in %s',
  (name) => {
    const text = readFileSync(join(import.meta.dirname, name, 'folder-settings.ftl'), 'utf8')
    const told = new Set([...text.matchAll(/^([\w-]+) = ./gm)].map(([, key]) => key))
    const wanted = Object.keys(folderSettingTable).flatMap((key) =>
      ['setting', 'about', 'fault'].map((word) => `folder-${word}-${key}`),
    )
    expect(wanted.filter((key) => !told.has(key))).toEqual([])
  },
)
