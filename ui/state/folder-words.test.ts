import { describe, expect, test } from 'vitest'
import { aFolder, aPeer } from '../testing/samples.ts'
import { describeFolder, folderName, overallTone, progressOf, stillToCome } from './folder-words.ts'

const halt = { code: 'disk-full', message: 'The disk is full.' }

describe('what a state means to a person', () => {
  test('everything is here and everybody has it', () => {
    expect(describeFolder(aFolder({ peers: [aPeer()] }))).toEqual({
      tone: 'ok',
      state: { key: 'state-up-to-date' },
    })
  })

  test('everything is here, but nobody is there to know of more', () => {
    expect(describeFolder(aFolder()).why).toEqual({ key: 'why-alone' })
  })

  test('another device still lacks something', () => {
    const folder = aFolder({ peers: [aPeer({ needFiles: 2 }), aPeer({ id: 'b' })] })
    expect(describeFolder(folder)).toMatchObject({ tone: 'busy', why: { args: { peers: 1 } } })
  })

  test('files are missing, and somebody has them or nobody is there', () => {
    const missing = { state: 'syncing', needFiles: 2, needBytes: 7 } as const
    const args = { files: 2, bytes: 7 }
    expect(describeFolder(aFolder({ ...missing, peers: [aPeer()] }))).toMatchObject({
      tone: 'busy',
      why: { key: 'why-missing', args },
    })
    expect(describeFolder(aFolder(missing))).toMatchObject({
      tone: 'waiting',
      why: { key: 'why-missing-no-peer', args },
    })
  })

  test('what keeps it from its peers is told while there are none', () => {
    const obstacle = { code: 'peer-waiting', message: 'It waits.' }
    expect(describeFolder(aFolder({ obstacle })).halt).toBe(obstacle)
    expect(describeFolder(aFolder({ obstacle, peers: [aPeer()] })).halt).toBeUndefined()
  })

  test('a halt is a problem, and says why', () => {
    expect(describeFolder(aFolder({ state: 'halted', halt }))).toEqual({
      tone: 'problem',
      state: { key: 'state-halted' },
      halt,
    })
  })
})

test('all folders together look like the most urgent one', () => {
  const calm = aFolder({ peers: [aPeer()] })
  expect(overallTone([])).toBe('ok')
  expect(overallTone([calm, aFolder({ state: 'paused' })])).toBe('paused')
  expect(overallTone([calm, aFolder({ state: 'scanning' }), aFolder({ state: 'halted', halt })])).toBe(
    'problem',
  )
})

test('a folder is called like its directory', () => {
  expect(folderName('/srv/photos/')).toBe('photos')
  expect(folderName('/')).toBe('/')
})

test('progress stays between nothing and all', () => {
  expect(progressOf({ bytes: 100, needBytes: 25 })).toBe(0.75)
  expect(progressOf({ bytes: 0, needBytes: 0 })).toBe(1)
  expect(progressOf({ bytes: 10, needBytes: 30 })).toBe(0)
})

test('what is here of a file on its way has not to come any more', () => {
  expect(stillToCome({ needBytes: 100 }, [])).toBe(100)
  expect(stillToCome({ needBytes: 100 }, [{ haveBytes: 30 }, { haveBytes: 20 }])).toBe(50)
  // The list of transfers may be a moment newer than the folder.
  expect(stillToCome({ needBytes: 10 }, [{ haveBytes: 30 }])).toBe(0)
})
