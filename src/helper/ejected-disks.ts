/**
 * Disks that were switched off and not pulled yet: the kernel has forgotten them, the cable has not. Knows by what port a disk hangs, so
 * that its facts go when it is pulled, and how to wake it up again.
 */
import { mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import Type, { type Static } from 'typebox'
import { Check } from 'typebox/value'
import type { Places, Surroundings } from './surroundings.ts'

const PlugSchema = Type.Union([
  Type.Object({
    /** The directory of the USB device in sysfs, its number with it: another device in the same port has another. */
    path: Type.String(),
    number: Type.String(),
    /** The SCSI host that can look for the disk again. */
    host: Type.String({ pattern: '^host\\d{1,6}$' }),
  }),
  Type.Null(),
])
export type Plug = Static<typeof PlugSchema>

const plugFile = ({ run }: Places, device: string): string => `${run}/plugs/${device}.json`

/** Null for a disk that does not hang by USB. */
export async function findPlug({ sys }: Places, disk: string): Promise<Plug> {
  const path = await realpath(`${sys}/block/${disk}/device`).catch(() => '')
  const parts = path.split('/')
  const host = parts.find((part) => /^host\d{1,6}$/.test(part))
  // `1-1.2` is a device, `1-1.2:1.0` one of its interfaces.
  const at = parts.findLastIndex((part) => /^\d+-\d+(\.\d+)*$/.test(part))
  if (host === undefined || at < 0) return null
  const device = parts.slice(0, at + 1).join('/')
  const number = await readFile(`${device}/devnum`, 'utf8').catch(() => '')
  return { path: device, number: number.trim(), host: basename(host) }
}

export async function notePlug(places: Places, device: string, plug: Plug): Promise<void> {
  await mkdir(`${places.run}/plugs`, { recursive: true, mode: 0o700 })
  await writeFile(plugFile(places, device), JSON.stringify(plug), { mode: 0o600 })
}

async function readPlug(places: Places, device: string): Promise<Plug> {
  try {
    const json: unknown = JSON.parse(await readFile(plugFile(places, device), 'utf8'))
    return Check(PlugSchema, json) ? json : null
  } catch {
    return null
  }
}

/** Whether a disk that was ejected still hangs by its cable. */
export async function isPlugged({ places }: Surroundings, device: string): Promise<boolean> {
  const plug = await readPlug(places, device)
  if (plug === null) return false
  const number = await readFile(`${plug.path}/devnum`, 'utf8').catch(() => '')
  return number.trim() === plug.number && number !== ''
}

/** Has the kernel look for it again. Gives whether there was anything to wake. */
export async function wakeDisk(surroundings: Surroundings, device: string): Promise<boolean> {
  const { places } = surroundings
  const plug = await readPlug(places, device)
  if (plug === null || !(await isPlugged(surroundings, device))) return false
  await stat(`${places.sys}/class/scsi_host/${plug.host}`)
  await writeFile(`${places.sys}/class/scsi_host/${plug.host}/scan`, '- - -')
  await rm(plugFile(places, device), { force: true })
  return true
}
