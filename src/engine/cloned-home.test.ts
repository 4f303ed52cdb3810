import { describe, expect, test } from 'vitest'
import { faultsOf, type Scene, scene } from '../testing/hostile-scene.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice } from '../testing/memory-device.ts'
import { createMemoryDisk } from '../testing/memory-files.ts'

describe('two devices with one identity (a cloned home) lose nothing', () => {
  /** Everything a person could still find: what lies there now, and archives. */
  function findable(...devices: readonly MemoryDevice[]): string[] {
    return devices.flatMap(({ own }) =>
      [...own.person.tree(), ...own.person.tree('.sync/archive')].map(({ data }) => data.toString()),
    )
  }

  async function clones(at: Scene): Promise<readonly [MemoryDevice, MemoryDevice]> {
    const { victim, clock } = at
    await victim[Symbol.asyncDispose]()
    const image = victim.image()
    const own = createMemoryDisk({ nowNs: () => BigInt(Math.trunc(clock.now())) * 1_000_000n })
    for (const { path, kind, data } of [...victim.own.person.tree(), ...victim.own.person.tree('.sync')])
      if (kind === 'file') {
        own.person.writeFile(path, data)
        own.person.touch(path, victim.own.person.stat(path)!.mtimeNs)
      }
    return [
      await openMemoryDevice({ clock, name: 'victim', image, own: victim.own }),
      await openMemoryDevice({ clock, name: 'victim', image, own }),
    ]
  }

  test.each([
    [0, true],
    [1, true],
    [3, true],
    [0, false],
    [2, false],
  ])('I1, E7: where one of them has signed %d times more, and edits meet: %s', async (more, meet) => {
    await using at = await scene()
    const { honest } = at
    at.victim.own.person.writeFile('mine.txt', 'mine')
    await at.pass()
    const [first, second] = await clones(at)
    await using _first = first
    await using _second = second
    await at.pass()
    expect(first.store.fact('epoch')).toBe(second.store.fact('epoch'))
    // Times that a disk rounds are signed anew on the copy: equal counters again.
    while (first.store.lastSequence() < second.store.lastSequence()) {
      first.own.person.writeFile(`even ${first.store.lastSequence()}.txt`, 'even')
      await at.pass()
    }
    for (let time = 0; time < more; time++) {
      second.own.person.writeFile(`more ${time}.txt`, `more ${time}`)
      await at.pass()
    }
    for (const [name, device] of [
      ['first', first],
      ['second', second],
    ] as const) {
      if (meet) device.own.person.writeFile('old.txt', `old, by the ${name}`)
      if (meet) device.own.person.writeFile('mine.txt', `mine, by the ${name}`)
      device.own.person.writeFile(`${name}.txt`, `made by the ${name}`)
    }
    await at.pass()
    for (const device of [first, second, first, second, first, second]) {
      const [link] = connectDevices(device, honest)
      await at.pass(12_000)
      link.close('closing')
      await at.pass(1_000)
    }
    const expected = ['first', 'second'].flatMap((name) => [
      ...(meet ? [`old, by the ${name}`, `mine, by the ${name}`] : []),
      `made by the ${name}`,
    ])
    const mores = Array.from({ length: more }, (_, time) => `more ${time}`)
    expect(findable(honest, first, second)).toEqual(expect.arrayContaining([...expected, ...mores]))
    // What was made on one of them arrives, whatever the other one has told meanwhile.
    for (const device of [honest, first, second])
      for (const text of ['made by the first', 'made by the second', ...mores])
        expect(device.own.person.tree().map(({ data }) => data.toString())).toContain(text)
    expect(first.own.person.tree()).toEqual(honest.own.person.tree())
    expect(second.own.person.tree()).toEqual(honest.own.person.tree())
    expect(faultsOf(first) + faultsOf(second) + faultsOf(honest)).toBe('')
  })
})
