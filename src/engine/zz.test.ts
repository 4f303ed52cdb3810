import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
const devices: MemoryDevice[] = []
afterEach(async () => { for (const d of devices.splice(0)) await d[Symbol.asyncDispose]() })
const all = (d: MemoryDevice) => d.own.person.tree().map((e) => `${e.path}${e.kind === 'directory' ? '/' : ''}=${e.data}`)
const say = (d: MemoryDevice) => ({ all: all(d), st: d.folder.status().state, need: d.folder.status().needFiles, pr: d.folder.status().problems.map((p) => `${p.code} ${p.path}`), arch: d.own.person.tree('.sync/archive').filter((e) => e.kind === 'file').map((e) => `${e.path} ${e.data}`) })
async function two(memory: object) {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const exact = await openMemoryDevice({ clock, name: 'alice' }); devices.push(exact)
  const blind = await openMemoryDevice({ clock, name: 'bob', memory }); devices.push(blind)
  return { clock, exact, blind }
}
for (const memory of [{ caseSensitive: false, hardLinks: false }, { caseSensitive: false, hardLinks: true }, { decomposes: true }] as const) {
  const n = JSON.stringify(memory)
  test(`A directories with children at both ends, three spellings ${n}`, async () => {
    const { clock, exact, blind } = await two(memory)
    for (const dir of ['dir', 'Dir', 'DIR']) exact.own.person.writeFile(`${dir}/${dir} child`, dir)
    exact.own.person.symlink('target', 'link'); exact.own.person.symlink('other', 'LINK')
    blind.own.person.writeFile('dIr/blind child', 'blind')
    await pass(clock)
    const [l] = connectDevices(exact, blind)
    await pass(clock, 120_000, 40)
    console.log('A1', n, say(exact), say(blind))
    // the blind person renames by case, edits, deletes
    l.close('closing')
    blind.own.person.rename(blind.own.person.spelled('dir'), 'DIR')
    exact.own.person.rename('Dir', 'moved')
    await pass(clock)
    connectDevices(exact, blind)
    await pass(clock, 400_000, 80)
    console.log('A2', n, say(exact), say(blind))
    const contents = new Set([...all(exact), ...say(exact).arch].map((x) => x.split(/[= ]/).at(-1)))
    for (const word of ['dir', 'Dir', 'DIR', 'blind']) expect(contents.has(word)).toBe(true)
  })
  test(`B NFC and NFD ${n}`, async () => {
    const { clock, exact, blind } = await two(memory)
    exact.own.person.writeFile('é', 'nfc')
    exact.own.person.writeFile('e\u0301', 'nfd')
    blind.own.person.writeFile('e\u0301/x', 'below')
    await pass(clock)
    connectDevices(exact, blind)
    await pass(clock, 200_000, 60)
    console.log('B', n, say(exact), say(blind))
  })
  test(`C chain of case renames elsewhere while offline ${n}`, async () => {
    const { clock, exact, blind } = await two(memory)
    exact.own.person.writeFile('a/File', 'one'); exact.own.person.writeFile('a/sub/x', 'x')
    const [l] = connectDevices(exact, blind)
    await pass(clock)
    l.close('closing')
    exact.own.person.rename('a', 'A'); exact.own.person.rename('A/File', 'A/FILE'); exact.own.person.writeFile('a', 'now a file')
    blind.own.person.writeFile('a/sub/y', 'y of blind'); blind.own.person.damage('a/File')
    blind.folder.startScrub()
    await pass(clock, 20_000)
    connectDevices(exact, blind)
    await pass(clock, 400_000, 80)
    console.log('C', n, say(exact), say(blind))
  })
}
