/** What is mounted where, as the kernel says it to this very process. Reads; decides nothing. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'

export interface Mount {
  /** Tells a mount from the one that was there before: its number, and that of its file system. */
  readonly id: string
  readonly point: string
  /** The kernel's name of the device it came from; of what is no device, whatever its file system says. */
  readonly device: string
}

/** The mounts of this process whose device is still there: a disk that was pulled stays mounted until somebody unmounts it. */
export async function readMounts(): Promise<readonly Mount[]> {
  const mounts = parseMounts(await readFile('/proc/self/mountinfo', 'utf8'))
  return mounts.filter(({ device }) => existsSync(`/sys/class/block/${device}`))
}

/** Of several at one place only the last is seen, which is the one on top. See proc_pid_mountinfo(5). */
export function parseMounts(text: string): readonly Mount[] {
  const byPoint = new Map<string, Mount>()
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    const rest = fields.indexOf('-')
    const [number, , fileSystem, , point] = fields
    const source = fields[rest + 2]
    if (rest < 6 || point === undefined || source === undefined) continue
    const at = plain(point)
    byPoint.set(at, { id: `${number}:${fileSystem}`, point: at, device: basename(plain(source)) })
  }
  return [...byPoint.values()]
}

/** Spaces and the like stand there as octal numbers. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
