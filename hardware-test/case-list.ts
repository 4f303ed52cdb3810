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
import { allUnits, firstSetUp, isClosed, startsInProportion, startsInTime } from './cases/starting.ts'

export interface CaseListOptions {
  /** How often the power is cut, in all. */
  readonly cuts: number
}

const bootEvery = 10
const seed = 20260101
const untouched = 'A fresh card, with network and without a disk'

/** What takes longest comes first: the last to begin should not be the last to end. */
export function seriesFor({ cuts }: CaseListOptions): readonly Series[] {
  return [
    {
      id: 'daily',
      starts: [
        { id: 'files', title: 'The image as it lies there', cases: [imageFiles] },
        {
          id: 'fresh',
          title: untouched,
          options: {},
          cases: [
            ...[startsInTime, firstSetUp, allUnits, isClosed, byName, byNeighbourhood, lightsWithoutDisk],
            ...[...oddDiskCases, dirtyDisk, shakenDisk, clonedDisk, failingDisk, manyPartitions],
            ...[servesPodcasts, showsItself, lightsReady, shortPress, longPress, pulledDisk, fullDisk],
          ],
        },
        {
          id: 'bare',
          title: 'The same system without Berrysync',
          options: { bare: true, network: false },
          cases: [startsInProportion],
        },
      ],
    },
    {
      id: 'releases',
      starts: [
        {
          ...{ id: 'used', title: untouched, options: {}, isSetUp: true },
          cases: [update, badUpdate, factoryReset],
        },
        {
          id: 'alone',
          title: 'The same card, without network, and with a clock that says 1970',
          options: { keep: true, network: false, clock: '1970-01-01T00:00:00' },
          cases: [startsAlone, pastClock],
        },
        {
          id: 'presets',
          title: 'A fresh card with settings in berrysync.txt, some of them wrong',
          options: { presets: presetsWithMistakes },
          cases: [presetsTaken],
        },
      ],
    },
    {
      id: 'rest',
      starts: [{ id: 'resting', title: untouched, options: {}, isSetUp: true, cases: [idle] }],
    },
    {
      id: 'cuts',
      starts: [{ id: 'cuts', title: 'Power cuts', cases: [powerCuts({ cuts, bootEvery, seed })] }],
    },
  ]
}
