import { expect, test } from 'vitest'
import { cutPath } from './cut-path.ts'

test('a short name stays whole, a long one keeps its end', () => {
  expect(cutPath('photos/2026/summer/beach.jpg')).toEqual(['photos/2026/summer/', 'beach.jpg'])
  expect(cutPath('beach.jpg')).toEqual(['', 'beach.jpg'])
  const [begin, end] = cutPath('a/Протокол совещания от двенадцатого марта.docx')
  expect([begin + end, end]).toEqual([
    'a/Протокол совещания от двенадцатого марта.docx',
    'дцатого марта.docx',
  ])
})

test('no character is cut in two, and nothing is lost', () => {
  const path = `${'😀'.repeat(30)}/${'🎧'.repeat(40)}`
  const [begin, end] = cutPath(path)
  expect(begin + end).toBe(path)
  expect([...end]).toHaveLength(18)
})
