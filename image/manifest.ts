/** The manifest by which Raspberry Pi Imager offers the image: what it is called, for which boards it is, sizes and hashes before and after unpacking. */
import { createHash } from 'node:crypto'
import { createReadStream, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { sourceDate, version } from './places.ts'

export interface ManifestFiles {
  readonly compressed: string
  readonly image: string
  readonly target: string
}

export async function writeManifest({ compressed, image, target }: ManifestFiles): Promise<void> {
  const entry = {
    name: `Berrysync ${version}`,
    description: 'Folders from a USB disk, in sync under a secret. Plug in a disk, browse to pi.local',
    icon: '',
    // A file beside the manifest; whoever publishes both puts the address in front.
    url: basename(compressed),
    release_date: new Date(sourceDate() * 1000).toISOString().slice(0, 10),
    extract_size: statSync(image).size,
    extract_sha256: await hashOf(image),
    image_download_size: statSync(compressed).size,
    image_download_sha256: await hashOf(compressed),
    // Settings are made in the browser, or in berrysync.txt on the card: Imager must not write files of its own.
    init_format: 'none',
    devices: ['pi3-64bit', 'pi4-64bit', 'pi-zero2-64bit'],
  }
  writeFileSync(target, `${JSON.stringify({ os_list: [entry] }, undefined, 2)}\n`)
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer)
  return hash.digest('hex')
}
