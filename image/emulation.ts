/** Lets this machine run programs made for arm64: natively on one, else by qemu-user, which is made known to the kernel where nothing has done so. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { run } from './run.ts'

const registry = '/proc/sys/fs/binfmt_misc'
const rule = '/usr/lib/binfmt.d/qemu-aarch64.conf'

export function allowArm64(): void {
  if (process.arch === 'arm64' || existsSync(`${registry}/qemu-aarch64`)) return
  if (!existsSync(`${registry}/register`)) run('mount', ['-t', 'binfmt_misc', 'binfmt_misc', registry])
  if (existsSync(`${registry}/qemu-aarch64`)) return
  const lines = readFileSync(rule, 'utf8').split('\n')
  writeFileSync(`${registry}/register`, lines.findLast((line) => line.startsWith(':'))!)
}
