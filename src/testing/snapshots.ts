/** What a device may tell of itself, from a few folders and peers, so that the same ones come, change and go. */
import fc from 'fast-check'
import type { Snapshot } from '../api/schemas/events.ts'

type Folder = Snapshot['status']['folders'][number]

const small = fc.nat({ max: 2 })
const speeds = { receivedPerSecond: small, sentPerSecond: small }
const id = fc.constantFrom('a', 'b', 'c')

const peer: fc.Arbitrary<Folder['peers'][number]> = fc.record({
  ...{ id, name: fc.constantFrom('one', 'two'), address: fc.constant('192.0.2.7:4444') },
  via: fc.constantFrom('direct', 'relay'),
  role: fc.constantFrom('full', 'read-only'),
  ...{ needFiles: small, needBytes: small, received: small, sent: small, ...speeds },
})

const route: fc.Arbitrary<Folder['routes'][number]> = fc.record(
  {
    ...{ source: fc.constant('host'), target: fc.constant('host:1'), via: fc.constant('direct') },
    state: fc.constantFrom('waiting', 'connected'),
    ...{ tried: fc.constant([]), at: fc.constant('2026-01-01T00:00:00Z'), nextInSeconds: small },
  },
  { requiredKeys: ['source', 'target', 'via', 'state', 'tried', 'at'] },
) as fc.Arbitrary<Folder['routes'][number]>

const folder: fc.Arbitrary<Folder> = fc.record({
  ...{ id, path: fc.constant('/folder'), role: fc.constant('full') },
  state: fc.constantFrom('syncing', 'up-to-date'),
  ...{ explanation: fc.constantFrom('', 'why'), settled: fc.boolean(), files: small, bytes: small },
  ...{ needFiles: small, needBytes: small, localChanges: small, conflicts: small },
  notKept: fc.constant({ files: 0, bytes: 0 }),
  ...{ hosts: fc.constant([]), limits: fc.constant({ upload: 0, download: 0 }) },
  peers: unique(peer),
  routes: fc.array(route, { maxLength: 1 }),
  ...{ problems: fc.constant([]), ...speeds },
}) as fc.Arbitrary<Folder>

const transfer = fc.record({
  path: fc.constantFrom('x', 'y'),
  ...{ sizeBytes: small, haveBytes: small, receivedPerSecond: small, holders: small, asked: fc.boolean() },
})

export const anySnapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    name: fc.constantFrom('pi', 'nas'),
    folders: unique(folder),
    traffic: fc.record({ received: small, sent: small, ...speeds }),
    transfers: fc.array(fc.array(transfer, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 3 }),
    isMoving: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  })
  .map(({ name, folders, traffic, transfers, isMoving }) => ({
    status: {
      device: {
        ...{ id: 'd', name, version: '0', listen: '127.0.0.1:1', pid: 1, appliance: false },
        limits: { upload: 0, download: 0, lan: false, paused: false, by: 'settings' },
      },
      ...{ folders, traffic },
    },
    transfers: Object.fromEntries(
      folders.flatMap((each, at) => (isMoving[at] ? [[each.id, transfers[at]!] as const] : [])),
    ),
  }))

function unique<T extends { readonly id: string }>(rows: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.uniqueArray(rows, { maxLength: 3, selector: (row) => row.id })
}
