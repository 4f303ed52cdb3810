/**
 * Releases as the daemon sees them: which there are, which lie on attached disks or were uploaded, and having the helper install one. Looks at a
 * release file only to say early what the helper will say; that decides (A9).
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isSyncError, SyncError } from '../core/errors.ts'
import { openBundle, readTrustedKeys } from '../helper/open-bundle.ts'
import { architectureOf, judgeManifest, maxBundleBytes } from '../helper/release-bundle.ts'
import { demandRoom } from '../helper/release-room.ts'
import { type ReleasePlaces, type ReleaseState, readReleases } from '../helper/release-state.ts'
import type { Clock } from '../ports.ts'
import { reserveBytes, takePart, unfinishedName, uploadedName } from './upload.ts'

/** More files than anybody keeps; a disk with more is not listed any further. */
const maxListed = 10
/** An answer is on its way before the daemon ends. */
const restartDelayMs = 1500
const fromDiskName = 'from-disk.release'

export interface ReleasesNeeds {
  readonly places: ReleasePlaces
  /** Of the program itself. */
  readonly version: string
  /** Directories of attached disks in which releases are looked for. */
  disks(): readonly { readonly disk: string; readonly directory: string }[]
  install(file: string, progress: (done: number) => void): Promise<{ readonly version: string }>
  rollBack(): Promise<{ readonly version: string }>
  /** Ends the daemon in good order, and starts it again. */
  restart(): void
  readonly clock: Pick<Clock, 'after'>
  /** As Node calls it. */
  readonly arch?: string
}

interface Offer {
  readonly disk?: string
  readonly file: string
  readonly sizeBytes: number
  readonly version?: string
  readonly fault?: { readonly code: string; readonly message: string; readonly data: SyncError['data'] }
}

export interface ApplianceReleases {
  look(): Promise<
    ReleaseState & { readonly progress: number | undefined; readonly offered: readonly Offer[] }
  >
  upload(offset: number, sizeBytes: number, part: Uint8Array): Promise<void>
  install(file: string, disk: string | undefined): Promise<{ readonly version: string }>
  rollBack(): Promise<{ readonly version: string }>
  /** Takes away what was left in `updates` and cannot be installed any more. While a release is on trial all of it may be wanted again. */
  sweep(): Promise<void>
}

export function createReleases(needs: ReleasesNeeds): ApplianceReleases {
  const { places, clock } = needs
  const arch = architectureOf(needs.arch ?? process.arch)
  let progress: number | undefined
  let hasUpload = false

  async function offerOf(
    state: ReleaseState,
    directory: string,
    file: string,
    disk?: string,
  ): Promise<Offer> {
    const place = { file, ...(disk === undefined ? {} : { disk }) }
    try {
      await using bundle = await openBundle(directory, file, await readTrustedKeys(places.packaged))
      const { version } = bundle.manifest
      const about = { ...place, sizeBytes: bundle.manifest.payload.bytes, version }
      return { ...about, ...faultOf(() => judgeManifest(bundle.manifest, state.chosen, arch)) }
    } catch (error) {
      return { ...place, sizeBytes: 0, ...toFault(error) }
    }
  }

  async function state(): Promise<ReleaseState> {
    const found = await readReleases(places)
    if (found === undefined) throw new SyncError('appliance-only')
    return found
  }

  async function offers(now: ReleaseState): Promise<readonly Offer[]> {
    const uploaded = (await namesIn(places.updates)).filter((name) => name === uploadedName)
    const offered = await Promise.all(uploaded.map((name) => offerOf(now, places.updates, name)))
    for (const { disk, directory } of needs.disks())
      for (const name of await namesIn(directory)) offered.push(await offerOf(now, directory, name, disk))
    return offered
  }

  function restartSoon(): void {
    clock.after(restartDelayMs, needs.restart)
  }

  return {
    async look() {
      const now = await state()
      return { ...now, progress, offered: await offers(now) }
    },
    async upload(offset, sizeBytes, part) {
      const now = await state()
      if (progress !== undefined) throw new SyncError('release-busy')
      hasUpload = true
      if (!(await takePart(places.updates, offset, sizeBytes, part))) return
      const file = join(places.updates, uploadedName)
      try {
        await using bundle = await openBundle(
          places.updates,
          uploadedName,
          await readTrustedKeys(places.packaged),
        )
        judgeManifest(bundle.manifest, now.chosen, arch)
      } catch (error) {
        await rm(file, { force: true })
        throw error
      }
    },
    async install(file, disk) {
      await state()
      if (progress !== undefined) throw new SyncError('release-busy')
      progress = 0
      try {
        const name = disk === undefined ? file : await bringOver(disk, file)
        const installed = await needs.install(name, (done) => {
          progress = done
        })
        await rm(join(places.updates, uploadedName), { force: true })
        restartSoon()
        return installed
      } finally {
        progress = undefined
        // It lies on its disk still, and would take the room that the state of the device needs.
        await rm(join(places.updates, fromDiskName), { force: true })
      }
    },
    async sweep() {
      const now = await readReleases(places)
      if (now === undefined || now.trial !== undefined || progress !== undefined) return
      // Of an installation or an upload that was cut off.
      const waste = hasUpload ? [fromDiskName] : [fromDiskName, unfinishedName]
      const { fault } = await offerOf(now, places.updates, uploadedName)
      if (fault?.code === 'release-same' || fault?.code === 'release-older') waste.push(uploadedName)
      for (const name of waste) await rm(join(places.updates, name), { force: true })
    },
    async rollBack() {
      await state()
      const back = await needs.rollBack()
      restartSoon()
      return back
    },
  }

  /** The helper takes nothing from a disk: what it reads must be where nobody but the device puts files. */
  async function bringOver(disk: string, file: string): Promise<string> {
    const directory = needs.disks().find((each) => each.disk === disk)?.directory
    if (directory === undefined || !(await namesIn(directory)).includes(file))
      throw new SyncError('not-found', { what: file })
    // Through no link, and only what is signed.
    await using bundle = await openBundle(directory, file, await readTrustedKeys(places.packaged))
    await mkdir(places.updates, { recursive: true, mode: 0o700 })
    const to = join(places.updates, fromDiskName)
    await rm(to, { force: true })
    const { manifest, descriptor } = bundle
    const { version, payload } = manifest
    await demandRoom(places.updates, { bytes: payload.bytes, reserveBytes, version })
    const from = createReadStream('', {
      fd: descriptor,
      autoClose: false,
      start: 0,
      end: maxBundleBytes,
    })
    await pipeline(from, createWriteStream(to, { mode: 0o600, flags: 'wx' }))
    return fromDiskName
  }
}

async function namesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names.filter((name) => name.endsWith('.release')).slice(0, maxListed)
}

function faultOf(judge: () => void): Pick<Offer, 'fault'> {
  try {
    judge()
    return {}
  } catch (error) {
    return toFault(error)
  }
}

function toFault(error: unknown): Pick<Offer, 'fault'> {
  if (!isSyncError(error)) {
    const { message } = error as Error
    return { fault: { code: 'io-error', message, data: { path: '', reason: message } } }
  }
  return { fault: { code: error.code, message: error.message, data: error.data } }
}
