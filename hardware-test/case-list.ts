/** Every case there is. Those of one start share it, and the series run side by side, so that the whole takes half an hour and not half a day. */
import type { Series } from './case.ts'
import { pastClock, startsAlone } from './cases/alone.ts'
import { powerCuts } from './cases/cuts.ts'
import { imageFiles } from './cases/files.ts'
import { byName, byNeighbourhood } from './cases/finding.ts'
import { lightsReady, lightsWithoutDisk, longPress, shortPress } from './cases/front.ts'
import { idle } from './cases/idle.ts'
import {
  clonedDisk,
  dirtyDisk,
  failingDisk,
  manyPartitions,
  oddDiskCases,
  shakenDisk,
} from './cases/odd-disks.ts'
import { showsItself } from './cases/pages.ts'
import { presetsTaken, presetsWithMistakes } from './cases/presets.ts'
import { fullDisk, pulledDisk } from './cases/pulled.ts'
import { badUpdate, update } from './cases/releases.ts'
import { factoryReset } from './cases/reset.ts'
import { servesPodcasts } from './cases/serving.ts'
import { allUnits, firstSetUp, isClosed, startsBare, startsInTime } from './cases/starting.ts'

export interface CaseListOptions {
  /** How often the power is cut, in all. */
  readonly cuts: number
  /** Series among which the cuts are divided. */
  readonly cutSeries: number
}

const bootEvery = 25
const seed = 20260101
const untouched = 'A fresh card, with network and without a disk'
const goesOn = { options: 'resume', isSetUp: true } as const

/** What others wait for comes first, and then what takes longest: those that begin last should end together. */
export function seriesFor({ cuts, cutSeries }: CaseListOptions): readonly Series[] {
  return [
    {
      id: 'first',
      starts: [
        {
          id: 'bare',
          title: 'The same system without Berrysync',
          options: { bare: true, network: false },
          cases: [startsBare],
        },
        {
          ...{ id: 'fresh', title: untouched, options: {}, isSaved: true },
          cases: [startsInTime, firstSetUp, allUnits, isClosed, byName, byNeighbourhood, lightsWithoutDisk],
        },
      ],
    },
    {
      id: 'releases',
      starts: [
        {
          id: 'presets',
          title: 'A fresh card with settings in berrysync.txt, some of them wrong',
          ...{ options: { presets: presetsWithMistakes }, isSetUp: true },
          cases: [presetsTaken, update, badUpdate, factoryReset],
        },
        {
          id: 'alone',
          title: 'The same card, without network, and with a clock that says 1970',
          options: { keep: true, network: false, clock: '1970-01-01T00:00:00' },
          cases: [startsAlone, pastClock],
        },
        { id: 'files', title: 'The image as it lies there', cases: [imageFiles] },
      ],
    },
    {
      ...{ id: 'rest', resumes: 'first', isLongest: true },
      starts: [{ id: 'rest', title: 'The same system, left alone', ...goesOn, cases: [idle] }],
    },
    ...Array.from({ length: cutSeries }, (_, at) => cutsSeries(at, { cuts, cutSeries })),
    {
      ...{ id: 'daily', resumes: 'first' },
      starts: [
        {
          ...{ id: 'daily', title: 'The same system, in use', ...goesOn },
          cases: [
            ...[servesPodcasts, showsItself, lightsReady, shortPress, longPress, pulledDisk, fullDisk],
            ...[dirtyDisk, shakenDisk, clonedDisk, failingDisk, manyPartitions],
          ],
        },
      ],
    },
    {
      ...{ id: 'odd-disks', resumes: 'first' },
      starts: [
        {
          ...{ id: 'odd-disks', title: 'The same system, with disks as people have them', ...goesOn },
          cases: [...oddDiskCases],
        },
      ],
    },
  ]
}

function cutsSeries(at: number, { cuts, cutSeries }: CaseListOptions): Series {
  const id = cutSeries === 1 ? 'cuts' : `cuts-${at + 1}`
  const share = Math.floor((cuts * (at + 1)) / cutSeries) - Math.floor((cuts * at) / cutSeries)
  const each = powerCuts({ id: `power-${id}`, cuts: share, bootEvery, seed: seed + at })
  return { id, resumes: 'first', starts: [{ id, title: 'Power cuts', cases: [each] }] }
}
