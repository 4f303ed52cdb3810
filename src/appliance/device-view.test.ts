import { expect, test } from 'vitest'
import { type FolderLook, folderView } from './device-view.ts'

const well: FolderLook = { state: 'up-to-date', problems: [], peers: [1], conflicts: 0, sentPerSecond: 0 }
const nothing = { isBusy: false, waitsForDisk: false, needsPerson: false }

test.each<[Partial<FolderLook>, object]>([
  [{}, nothing],
  [{ state: 'paused' }, nothing],
  [{ state: 'scanning' }, { ...nothing, isBusy: true }],
  [{ state: 'syncing' }, { ...nothing, isBusy: true }],
  [{ state: 'syncing', peers: [] }, nothing],
  [{ sentPerSecond: 5000 }, { ...nothing, isBusy: true }],
  // What keeps links open.
  [{ sentPerSecond: 12 }, nothing],
  [
    { state: 'halted', halt: { code: 'mass-delete' } },
    { ...nothing, needsPerson: true },
  ],
  [
    { state: 'halted', halt: { code: 'disk-away' } },
    { ...nothing, waitsForDisk: true },
  ],
  [{ obstacle: { code: 'disk-away' } }, { ...nothing, waitsForDisk: true }],
  [{ state: 'refused' }, { ...nothing, needsPerson: true }],
  [{ problems: ['unreadable'] }, { ...nothing, needsPerson: true }],
  [{ waiting: 1 }, { ...nothing, needsPerson: true }],
  [{ conflicts: 2 }, { ...nothing, needsPerson: true }],
])('a folder that says %o', (look, view) => {
  expect(folderView({ ...well, ...look })).toEqual(view)
})
