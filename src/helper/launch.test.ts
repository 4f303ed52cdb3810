import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand } from '../testing/commands.ts'
import { makeReleaseScene, type ReleaseScene } from '../testing/release-files.ts'

async function running(scene: ReleaseScene): Promise<string> {
  return (await scene.launch('berrysync')).split(' ')[0]!
}

const put = ({ places }: ReleaseScene, name: string, text: string) =>
  writeFile(join(places.releases, name), text)

test('launch runs the named program of the release on its own Node, with what it was given', async () => {
  await using scene = await makeReleaseScene()
  expect(await scene.launch('helper')).toBe('1.0.0 --flag usr/lib/berrysync/helper.mjs')
  await scene.place('1.1.0')
  await scene.point('1.1.0')
  expect(await scene.launch('berrysync', 'status', 'two words')).toBe(
    '1.1.0 --flag var/lib/berrysync/releases/1.1.0/berrysync.mjs status two words',
  )
})

describe('A10: whatever is odd leads to the packaged release', () => {
  const cases: Readonly<Record<string, (scene: ReleaseScene) => Promise<unknown>>> = {
    'no directory of releases': ({ places }) => rm(places.releases, { recursive: true }),
    'a link that leads nowhere': (scene) => scene.point('9.9.9'),
    'a link to itself': (scene) => scene.point('current'),
    async 'a link out of the directory'(scene) {
      await scene.place('../elsewhere/9.9.9')
      await scene.point('../elsewhere/9.9.9')
    },
    async 'a directory instead of a link'(scene) {
      await scene.place('current')
    },
    async 'a release of the same version'(scene) {
      await scene.place('1.0.0')
      await scene.point('1.0.0')
    },
    async 'an older release'(scene) {
      await scene.place('0.99.0')
      await scene.point('0.99.0')
    },
    async 'a name that is no version'(scene) {
      await scene.place('2.0.0.partial-00')
      await scene.point('2.0.0.partial-00')
    },
    async 'a Node that cannot be run'(scene) {
      await scene.place('1.1.0')
      await scene.point('1.1.0')
      await chmod(join(scene.places.releases, '1.1.0', 'node'), 0o644)
    },
    async 'a release without the program'(scene) {
      await scene.place('1.1.0')
      await scene.point('1.1.0')
      await rm(join(scene.places.releases, '1.1.0', 'berrysync.mjs'))
    },
    async 'a packaged release of no known version'(scene) {
      await scene.place('1.1.0')
      await scene.point('1.1.0')
      await writeFile(join(scene.places.packaged, 'version'), 'unknown\n')
    },
    async 'a note that this start goes without'(scene) {
      await scene.place('1.1.0')
      await scene.point('1.1.0')
      await mkdir(scene.places.run, { recursive: true })
      await writeFile(join(scene.places.run, 'packaged-only'), '')
    },
  }
  for (const [what, prepare] of Object.entries(cases)) {
    test(what, async () => {
      await using scene = await makeReleaseScene()
      await prepare(scene)
      await scene.launch('--attempt')
      expect(await running(scene)).toBe('1.0.0')
    })
  }
})

test.each([
  ['1.0.1', '1.0.0', true],
  ['1.0.10', '1.0.9', true],
  ['1.10.0', '1.9.9', true],
  ['10.0.0', '9.99.99', true],
  ['1.0.9', '1.0.10', false],
  ['0.9.99', '1.0.0', false],
])('A9: %s beside a packaged %s is chosen: %s', async (version, packaged, isChosen) => {
  await using scene = await makeReleaseScene(packaged)
  await scene.place(version)
  await scene.point(version)
  expect(await running(scene)).toBe(isChosen ? version : packaged)
})

describe('A9: a release on trial', () => {
  async function onTrial(note: string): Promise<ReleaseScene> {
    const scene = await makeReleaseScene()
    await scene.place('1.1.0')
    await scene.place('1.2.0')
    await scene.point('1.2.0')
    await put(scene, 'trial', note)
    return scene
  }

  test('is started three times, each counted before, and then goes back to the one before', async () => {
    await using scene = await onTrial('1.2.0 3 1.1.0\n')
    for (const left of [2, 1, 0]) {
      await scene.launch('--attempt')
      expect(await readFile(join(scene.places.releases, 'trial'), 'utf8')).toBe(`1.2.0 ${left} 1.1.0\n`)
      expect(await running(scene)).toBe('1.2.0')
    }
    expect(await scene.launch('--attempt')).toContain('1.2.0 did not get well')
    expect(await running(scene)).toBe('1.1.0')
    expect(await readFile(join(scene.places.releases, 'failed'), 'utf8')).toBe('1.2.0\n')
    await expect(readFile(join(scene.places.releases, 'trial'))).rejects.toThrow()
    // The one before was proven: nothing is counted down again.
    await scene.launch('--attempt')
    expect(await running(scene)).toBe('1.1.0')
  })

  test.each(['packaged', '1.1.5', '../1.1.0', '0.5.0'])(
    'goes back to the packaged one where before it was %s',
    async (before) => {
      await using scene = await onTrial(`1.2.0 0 ${before}\n`)
      await scene.launch('--attempt')
      expect(await running(scene)).toBe('1.0.0')
    },
  )

  test('is not started where its start cannot be counted', async () => {
    await using scene = await onTrial('1.2.0 3 1.1.0\n')
    // A directory in the way of the draft fails for root, too.
    await mkdir(join(scene.places.releases, 'trial.new'))
    expect(await scene.launch('--attempt')).toContain('cannot be counted')
    expect(await running(scene)).toBe('1.0.0')
  })

  test.each(['', '1.2.0', '1.2.0 3', '\n'])('with the note %j is not started', async (note) => {
    await using scene = await onTrial(note)
    await scene.launch('--attempt')
    expect(await running(scene)).toBe('1.0.0')
  })

  test('is one that the daemon can see, whatever mask its unit has', async () => {
    await using scene = await onTrial('1.2.0 3 1.1.0\n')
    await scene.launch('--attempt')
    expect((await stat(join(scene.places.releases, 'trial'))).mode & 0o777).toBe(0o644)
  })

  test('does not count for another release', async () => {
    await using scene = await onTrial('1.3.0 0 packaged\n')
    await scene.launch('--attempt')
    expect(await running(scene)).toBe('1.2.0')
  })
})

test('A10: a kept release that cannot get well any more is gone without until the machine is started again', async () => {
  await using scene = await makeReleaseScene()
  await scene.place('1.1.0')
  await scene.point('1.1.0')
  for (let start = 0; start < 8; start += 1) {
    await scene.launch('--attempt')
    expect(await running(scene)).toBe('1.1.0')
  }
  await scene.launch('--attempt')
  expect(await running(scene)).toBe('1.0.0')
  await scene.launch('--attempt')
  expect(await running(scene)).toBe('1.0.0')
  await rm(scene.places.run, { recursive: true })
  await scene.launch('--attempt')
  expect(await running(scene)).toBe('1.1.0')
})

test('launch refuses what is no name of a program', async () => {
  await using scene = await makeReleaseScene()
  for (const name of ['', '../x', '/bin/sh'])
    await expect(scene.launch(name)).rejects.toMatchObject({ code: 64 })
  await symlink('/nowhere', join(scene.root, 'unused'))
  expect(await scene.launch('unknown')).toBe('1.0.0 --flag usr/lib/berrysync/unknown.mjs')
})

describe('A10: counting a start is killed before each step', () => {
  /** Stands in the place of a command: before the `at`-th of all it kills the script that calls it. */
  const stub = (counter: string, at: number) => `#!/bin/sh
n=$(cat ${counter}); n=$((n + 1)); echo $n > ${counter}
if [ $n = ${at} ]; then kill -9 $PPID; exit 1; fi
exec /bin/\${0##*/} "$@"
`
  const commands = ['sync', 'mv', 'rm', 'ln']

  async function killBefore(scene: ReleaseScene, at: number): Promise<boolean> {
    const [directory, counter] = [join(scene.root, `stubs-${at}`), join(scene.root, 'counter')]
    await mkdir(directory)
    await writeFile(counter, '0')
    for (const name of commands) {
      await writeFile(join(directory, name), stub(counter, at).replace('\\$', '$'))
      await chmod(join(directory, name), 0o755)
    }
    const launch = join(scene.places.packaged, 'launch')
    const script = `PATH=${directory}:$PATH dash ${launch} --attempt; [ $? = 137 ] && echo killed || echo done`
    return (await runCommand('sh', '-c', script)).includes('killed')
  }

  test.each([
    ['1.2.0 3 1.1.0\n', ['1.2.0'], 3],
    ['1.2.0 0 1.1.0\n', ['1.1.0', '1.2.0'], 8],
    ['1.2.0 0 packaged\n', ['1.0.0', '1.2.0'], 7],
  ])('%j', async (note, outcomes, steps) => {
    let at = 1
    const seen = new Set<string>()
    for (; ; at += 1) {
      await using scene = await makeReleaseScene()
      await scene.place('1.1.0')
      await scene.place('1.2.0')
      await scene.point('1.2.0')
      await put(scene, 'trial', note)
      const isKilled = await killBefore(scene, at)
      seen.add(await running(scene))
      // The next start goes on from there, and a trial that was over ends.
      await scene.launch('--attempt')
      if (!note.includes(' 3 ')) expect(await running(scene)).toBe(outcomes[0])
      if (!isKilled) break
    }
    expect([...seen].sort()).toEqual(outcomes)
    expect(at).toBeGreaterThan(steps)
  })
})
