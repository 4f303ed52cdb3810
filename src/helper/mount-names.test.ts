import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameDisk } from './mount-names.ts'

const nameOf = (...wishes: (string | null)[]) => nameDisk([], 'ext4:1', wishes).name

test.each([
  ['Podcasts', 'podcasts'],
  ['Meine Müsik', 'meine-musik'],
  ['../../etc', 'etc'],
  ['..', 'disk'],
  ['a/b\u0000c\nd', 'a-b-c-d'],
  ['🎵', 'disk'],
  ['שלום', 'disk'],
  ['-rf', 'rf'],
  ['x'.repeat(300), 'x'.repeat(32)],
])('the label %j becomes %s', (label, name) => {
  expect(nameOf(label)).toBe(name)
})

test('without a label the model, without both a plain word', () => {
  expect(nameOf(null, 'TOSHIBA MQ04')).toBe('toshiba-mq04')
  expect(nameOf('🎵', '')).toBe('disk')
})

test('any text makes a name that is one plain part of a path, within the limits of the facts', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'binary' }),
      (label, model) => {
        expect(nameOf(label, model)).toMatch(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/)
      },
    ),
  )
})

test('two disks of one label have two names, each its own for ever', () => {
  const one = nameDisk([], 'ext4:1', ['music'])
  const two = nameDisk(one.remembered, 'ext4:2', ['music'])
  expect([one.name, two.name]).toEqual(['music', 'music-2'])
  expect(nameDisk(two.remembered, 'ext4:1', ['renamed']).name).toBe('music')
})

test('of very many disks the one that was here longest ago is forgotten', () => {
  let remembered = nameDisk([], 'first', ['first']).remembered
  for (let at = 0; at < 250; at++) remembered = nameDisk(remembered, `k${at}`, [null]).remembered
  expect(remembered).toHaveLength(200)
  expect(remembered.some(({ key }) => key === 'first')).toBe(false)
  expect(new Set(remembered.map(({ name }) => name)).size).toBe(200)
})
