/**
 * At each start, before network and daemon: what `system/` keeps is put in force on a root that forgets, and what a person wrote on the
 * boot partition is taken over. Each step stands for itself: one that fails is told in the log, and the start goes on.
 */
import { statSync, utimesSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Check } from 'typebox/value'
import { type PresetMistake, type PresetReport, PresetReportSchema } from '../appliance/preset-report.ts'
import { finishFactoryReset } from './factory-reset.ts'
import {
  applyHostName,
  applyMachineId,
  applyNetwork,
  applySsh,
  applyTimeZone,
  keepSshKeys,
  keepWifi,
} from './host-settings.ts'
import { keep, put, readKept } from './kept-file.ts'
import { noteStart } from './last-start.ts'
import { dropForeignStart, openPresetFile } from './preset-file.ts'
import { addWaitingFolders, readWaitingFolders } from './preset-folders.ts'
import { type ParsedPresets, parsePresets } from './presets.ts'
import type { Surroundings } from './surroundings.ts'
import { TimeZone } from './verbs.ts'

/** In an order that counts: presets are kept before what is kept is put in force, and a reset comes before both. */
export async function settle(surroundings: Surroundings): Promise<void> {
  const { log } = surroundings
  const attempt = async (what: string, step: () => Promise<unknown>): Promise<void> => {
    try {
      await step()
    } catch (error) {
      log(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  // What time it was is told by a file that the reset takes away.
  await attempt('clock', () => advanceClock(surroundings))
  await attempt('factory reset', () => finishFactoryReset(surroundings))
  await attempt('clock', () => keepClock(surroundings))
  await attempt('last start', () => noteStart(surroundings))
  const mistakes: PresetMistake[] = []
  let taken: readonly string[] = []
  await attempt('presets', async () => {
    const parsed = await takePresets(surroundings)
    taken = parsed.taken
    mistakes.push(...parsed.mistakes)
  })
  let isForeign = false
  await attempt('command line', async () => {
    isForeign = await dropForeignStart(surroundings)
  })
  if (isForeign) mistakes.push({ code: 'imager-customisation', line: 0, key: null, reason: '' })
  await attempt('report', () => writeReport(surroundings, taken, mistakes))
  await attempt('machine id', () => applyMachineId(surroundings))
  await attempt('host name', () => applyHostName(surroundings))
  await attempt('time zone', () => applyTimeZone(surroundings))
  await attempt('network', () => applyNetwork(surroundings))
  await attempt('SSH', () => applySsh(surroundings))
  // The kernel was told to run a foreign script instead of the system; it is not told so again.
  if (isForeign) await attempt('restart', () => surroundings.services.steer('reboot', '--no-block'))
}

// ---- presets ------------------------------------------------------------------------------------------------------------

async function takePresets(surroundings: Surroundings): Promise<Pick<ParsedPresets, 'taken' | 'mistakes'>> {
  const { places } = surroundings
  const file = await openPresetFile(surroundings)
  if (file === undefined) return { taken: [], mistakes: [] }
  const isTimeZone = (zone: string) =>
    Check(TimeZone, zone) &&
    statSync(`${places.zoneinfo}/${zone}`, { throwIfNoEntry: false })?.isFile() === true
  const { presets, taken, mistakes, scrubbed } = parsePresets(file.bytes, isTimeZone)
  const { name, timeZone, language, wifi, sshKeys, folders } = presets
  const system = `${places.state}/system`
  // Kept first, taken out of the file after: a power cut between the two costs nothing but reading it again.
  if (name !== undefined) await keep(`${system}/host-name`, `${name}\n`)
  if (timeZone !== undefined) await keep(`${system}/time-zone`, `${timeZone}\n`)
  if (language !== undefined) await keep(`${system}/language`, `${language}\n`)
  if (wifi !== undefined) await keepWifi(surroundings, wifi)
  if (sshKeys.length > 0) await keepSshKeys(surroundings, sshKeys)
  if (folders.length > 0) await addWaitingFolders(surroundings, folders)
  if (scrubbed !== undefined) await file.replace(scrubbed)
  return { taken, mistakes }
}

async function writeReport(
  surroundings: Surroundings,
  taken: readonly string[],
  mistakes: readonly PresetMistake[],
): Promise<void> {
  const { places } = surroundings
  const kept = (await readKept(`${places.state}/system/language`))?.trim()
  const language = kept === 'en' || kept === 'ru' ? kept : null
  const waitingFolders = (await readWaitingFolders(surroundings)).length
  const report: PresetReport = { taken: [...taken], mistakes: [...mistakes], language, waitingFolders }
  await put(`${places.run}/presets.json`, `${JSON.stringify(report)}\n`)
}

/** After a disk was attached and folders were handed over, or were not. */
export async function noteHandOver(surroundings: Surroundings, isTaken: boolean): Promise<void> {
  const before = await readReport(surroundings)
  const mistakes = [...before.mistakes]
  if (!isTaken) mistakes.push({ code: 'folders-not-taken', line: 0, key: 'folder-secret', reason: '' })
  await writeReport(surroundings, before.taken, mistakes)
}

async function readReport({ places }: Surroundings): Promise<PresetReport> {
  const none: PresetReport = { taken: [], mistakes: [], language: null, waitingFolders: 0 }
  try {
    const json: unknown = JSON.parse((await readKept(`${places.run}/presets.json`)) ?? 'null')
    return Check(PresetReportSchema, json) ? json : none
  } catch {
    return none
  }
}

// ---- clock --------------------------------------------------------------------------------------------------------------

/** A board without a clock begins in the past: at least it goes on where it ended. The network sets it right later. */
async function advanceClock({ places, run }: Surroundings): Promise<void> {
  const kept = await stat(`${places.state}/system/clock`).catch(() => undefined)
  if (kept !== undefined && kept.mtimeMs > Date.now())
    await run('date', ['--set', `@${Math.floor(kept.mtimeMs / 1000)}`], { timeoutMs: 5000 })
}

/** The time of the file is what is kept. */
export async function keepClock({ places }: Pick<Surroundings, 'places'>): Promise<void> {
  const file = `${places.state}/system/clock`
  if ((await readKept(file)) === undefined) await keep(file, '')
  utimesSync(file, new Date(), new Date())
}
