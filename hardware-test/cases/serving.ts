/** What the box is for: podcasts on its disk reach those who may only read them, and nothing of theirs reaches it. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readTree } from '../../src/testing/tree.ts'
import { assertSo } from '../assert-so.ts'
import type { Case, Scene } from '../case.ts'
import { eventually } from '../eventually.ts'
import { makeFolder, type PodcastFolder, peerAddress, podcastDisk, writeEpisode } from '../podcast-store.ts'

const folderCount = 9
const episodesEach = 3
const episodeBytes = 600_000
const foldersKey = 'nine folders'

/** Nine, made and joined the first time. */
export async function nineFolders(scene: Scene): Promise<readonly PodcastFolder[]> {
  const known = scene.kept.get(foldersKey)
  if (known !== undefined) return known as readonly PodcastFolder[]
  const { root } = await podcastDisk(scene)
  const made: PodcastFolder[] = []
  for (let number = 1; number <= folderCount; number += 1)
    made.push(await makeFolder(scene, root, `Podcast ${number}`))
  scene.kept.set(foldersKey, made)
  return made
}

export const servesPodcasts: Case = {
  id: 'serve',
  title:
    'nine podcasts on the disk reach a reader, new episodes follow, and what the reader does never comes back',
  steps: [
    'Plug in an ext4 disk. In the web interface make nine folders on it and put episodes into them.',
    'On a computer install Berrysync and add the nine read-only secrets.',
    'Put a new episode into one folder.',
    'On the computer change one episode and delete another.',
  ],
  expect: 'all episodes arrive, the new one within a minute; on the disk of the box nothing changes',
  limitSeconds: 600,
  async run(scene) {
    const { board, peer } = scene
    const folders = await nineFolders(scene)
    const hashes = new Map<string, string>()
    for (const { name, path } of folders)
      for (let number = 1; number <= episodesEach; number += 1)
        hashes.set(
          `${name}/${number}.mp3`,
          await writeEpisode(scene, `${path}/${number}.mp3`, `${name} ${number}`, episodeBytes),
        )
    if (!peer.isRunning()) await peer.start()
    const startedMs = performance.now()
    for (const { name, readOnly } of folders) await peer.join(name, readOnly, peerAddress(scene))
    await eventually(
      'all episodes are here',
      async () => (await differences(peer.root, hashes)).length === 0,
      240,
    )
    const seconds = (performance.now() - startedMs) / 1000

    const [first] = folders
    const newMs = performance.now()
    hashes.set(
      `${first!.name}/new.mp3`,
      await writeEpisode(scene, `${first!.path}/new.mp3`, 'the newest', episodeBytes),
    )
    await eventually(
      'the new episode is here',
      async () => (await differences(peer.root, hashes)).length === 0,
      120,
    )
    const newSeconds = (performance.now() - newMs) / 1000

    const before = await contentOf(scene, folders)
    await writeFile(join(peer.root, first!.name, '1.mp3'), 'changed by a reader')
    await rm(join(peer.root, first!.name, '2.mp3'))
    await writeFile(join(peer.root, first!.name, 'own.txt'), 'of the reader')
    await eventually(
      'the reader has seen its own changes',
      async () => (await peer.folder(first!.name)).localChanges > 0,
      60,
    )
    // Something that goes the right way shows that both have talked since.
    const last = await writeEpisode(scene, `${first!.path}/last.mp3`, 'the last', 1000)
    await eventually(
      'a last episode is here',
      async () => (await readTree(join(peer.root, first!.name))).get('last.mp3')?.sha256 === last,
      120,
    )
    await board.shell(`rm '${first!.path}/last.mp3'`)
    assertSo((await contentOf(scene, folders)) === before, 'the files on the device changed')
    return {
      seconds,
      newSeconds,
      megabytesPerSecond: (folderCount * episodesEach * episodeBytes) / 1e6 / seconds,
    }
  },
}

/** One line a file with its hash, as the device's own tools tell it. */
async function contentOf({ board }: Scene, folders: readonly PodcastFolder[]): Promise<string> {
  const places = folders.map(({ path }) => `'${path}'`).join(' ')
  return board.shell(
    `find ${places} -name .sync -prune -o -type f -print0 | sort -z | xargs -0 sha256sum`,
    120,
  )
}

async function differences(root: string, hashes: ReadonlyMap<string, string>): Promise<string[]> {
  const tree = await readTree(root)
  return [...hashes].filter(([path, hash]) => tree.get(path)?.sha256 !== hash).map(([path]) => path)
}
