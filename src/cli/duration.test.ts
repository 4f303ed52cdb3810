import { Command, CommanderError } from 'commander'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDuration } from './duration.ts'

const command = new Command('test').exitOverride().configureOutput({ writeErr: () => undefined })

test.each([
  ['90m', 5400],
  ['1h30m', 5400],
  ['30d', 2_592_000],
  ['36500d', 3_153_600_000],
])('%s is %i seconds', (text, seconds) => {
  expect(readDuration(command, text)).toBe(seconds)
})

test.each(['', '0m', '-1h', '90', '1.5h', 'h', '1h 30m', '36501d', `${'9'.repeat(400)}d`])(
  "'%s' is refused as wrong usage",
  (text) => {
    expect(() => readDuration(command, text)).toThrow(CommanderError)
  },
)

test('what is read is a whole number of seconds that a person may mean, whatever is typed', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^(\d{1,400}[dhms]){1,3}$/), (text) => {
      try {
        expect(readDuration(command, text)).toSatisfy((seconds: number) => Number.isSafeInteger(seconds))
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error
      }
    }),
  )
})
