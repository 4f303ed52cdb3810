/** The image in an emulated computer: power, USB sockets, button and LEDs are QEMU's, and the card is a layer over the image, which is never changed. */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { runCommand } from '../../src/testing/commands.ts'
import type { Board, Light, StartOptions, TestDisk } from '../board.ts'
import { type CardLayout, readLayout } from './card-layout.ts'
import { type Machine, type MachineOptions, startMachine, type UsbDisk } from './machine.ts'
import type { Segment } from './segment.ts'

export interface QemuBoardOptions {
  /** The program. */
  readonly qemu: string
  readonly scratch: string
  readonly image: ImageFiles
  readonly segment: Segment
  /** Where `save` leaves a system, and `resume` finds it. */
  readonly saved: SavedSystem
}

/** What `npm run image` leaves for tests: the card, the kernel and initramfs that are on it, and how the firmware starts them. */
export interface ImageFiles {
  readonly disk: string
  readonly kernel: string
  readonly initrd: string
  readonly commandLine: string
}

export function imageFilesIn(directory: string): ImageFiles {
  const file = (name: string) => join(directory, name)
  return {
    disk: file('disk.img'),
    kernel: file('vmlinuz'),
    initrd: file('initrd.img'),
    commandLine: file('cmdline.txt'),
  }
}

/** A running system as a board left it. */
export interface SavedSystem {
  /** What `Machine.saveTo` wrote. */
  readonly state: string
  readonly card: string
}

export function savedSystemIn(directory: string): SavedSystem {
  return { state: join(directory, 'saved-state'), card: join(directory, 'saved-card.qcow2') }
}

export interface QemuBoard extends Board {
  readonly saved: SavedSystem
  readonly segment: Segment
  /** How a machine is started from these files; the system's disk is still to be given. */
  readonly machineOptions: Omit<MachineOptions, 'system'>
  /** Of the running one. */
  machine(): Machine
}

/** Lines of the machine's GPIO chip; line 3 is its power key. */
const pins = { ledPin: 4, attentionPin: 6, buttonPin: 5 }
/** Units of the package and of the image that a bare Debian does not have, and a login prompt instead of the status screen. */
const withoutBerrysync = [
  'systemd.mask=berrysync.service',
  'systemd.mask=berrysync-settle.service',
  'systemd.mask=berrysync-announce.service',
  'systemd.mask=berrysync-helper.socket',
  'systemd.mask=berrysync-grow-state.service',
  'systemd.mask=avahi-daemon.service',
  'systemd.wants=serial-getty@ttyAMA0.service',
].join(' ')
/**
 * Kernels that place themselves at random keep their page table apart from those of programs, and switch between them at each system call. QEMU forgets at
 * each switch what it knows of addresses: a quarter of a boot.
 */
const forEmulation = 'kpti=0'
/** Smaller than any card that is sold, larger than the image: its last partition grows. */
const cardGibibytes = 2
const lookEveryMs = 20

export async function createQemuBoard({
  qemu,
  scratch,
  image,
  segment,
  saved,
}: QemuBoardOptions): Promise<QemuBoard> {
  const layout = await readLayout(image.disk)
  const [machineDirectory, card] = [join(scratch, 'machine'), join(scratch, 'card.qcow2')]
  await mkdir(machineDirectory, { recursive: true })
  const given = (await readFile(image.commandLine, 'utf8')).trim()
  const machineOptions = {
    ...{ qemu, directory: machineDirectory, kernel: image.kernel, initrd: image.initrd },
    // Where the firmware's consoles are, this machine has its own.
    append: `${given.replace(/\bconsole=\S+\s*/g, '')} console=ttyAMA0,115200 ${forEmulation}`,
  }
  const cardSource = { driver: 'qcow2', file: { driver: 'file', filename: card } }
  let machine: Machine | undefined
  let hasCard = false

  function running(): Machine {
    if (machine === undefined || machine.isOff()) throw new Error('the machine is off')
    return machine
  }

  async function cutPower(): Promise<void> {
    await machine?.[Symbol.asyncDispose]()
    machine = undefined
  }

  async function layCard(presets: string | undefined): Promise<void> {
    await rm(card, { force: true })
    let below = image.disk
    if (presets !== undefined) {
      below = join(scratch, 'card-with-presets.img')
      await runCommand('cp', '--sparse=always', image.disk, below)
      await putOnBoot(below, layout, presets, scratch)
    }
    await runCommand(
      'qemu-img',
      'create',
      '-q',
      '-f',
      'qcow2',
      '-b',
      below,
      '-F',
      'raw',
      card,
      `${cardGibibytes}G`,
    )
    hasCard = true
  }

  return {
    ...{
      kind: 'qemu',
      address: segment.address,
      hostAddress: segment.hostAddress,
      scratch,
      pins,
      segment,
      saved,
    },
    machineOptions: { ...machineOptions, tap: segment.tap },
    machine: running,
    shell: (script, limitSeconds) => running().shell(script, limitSeconds),
    async describe() {
      const kernel = await running().shell('uname -r')
      return { kind: 'qemu', model: 'QEMU virt, two Cortex-A72 emulated, 1 GiB', kernel }
    },
    async start({
      keep = false,
      bare = false,
      clock,
      network = true,
      presets,
      disks = [],
    }: StartOptions = {}) {
      await cutPower()
      if (!keep || !hasCard) await layCard(presets)
      machine = await startMachine({
        ...machineOptions,
        append: bare ? `${machineOptions.append} ${withoutBerrysync}` : machineOptions.append,
        system: cardSource,
        usb: disks.map(usbDiskOf),
        ...(clock === undefined ? {} : { clock }),
        ...(network ? { tap: segment.tap } : {}),
      })
      // A button that is not pressed leaves its line high.
      await machine.wires.set(pins.buttonPin, 1)
      return machine.startedMs
    },
    async save() {
      await running().saveTo(saved.state)
      await cutPower()
      await copyFile(card, saved.card)
    },
    async resume() {
      await cutPower()
      await copyFile(saved.card, card)
      hasCard = true
      const options = { ...machineOptions, system: cardSource, tap: segment.tap, incoming: saved.state }
      machine = await startMachine(options)
      await wakeUp(machine)
      return machine.startedMs
    },
    async waitForLogin(limitSeconds) {
      await running().expect(/login:/, limitSeconds)
      return (performance.now() - running().startedMs) / 1000
    },
    cutPower,
    shellReady: (limitSeconds) => running().shellReady(limitSeconds),
    plug: (disk) => running().plug(usbDiskOf(disk)),
    pull: (disk) => running().pull(disk.id),
    async holdButton(milliseconds) {
      const { wires } = running()
      await wires.set(pins.buttonPin, 0)
      await pause(milliseconds)
      await wires.set(pins.buttonPin, 1)
    },
    async watchLights(milliseconds) {
      const looks: number[] = []
      const endMs = performance.now() + milliseconds
      while (performance.now() < endMs) {
        looks.push(await running().wires.read())
        await pause(lookEveryMs)
      }
      const seconds = milliseconds / 1000
      return {
        status: lightOf(looks, pins.ledPin, seconds),
        attention: lightOf(looks, pins.attentionPin, seconds),
      }
    },
    [Symbol.asyncDispose]: cutPower,
  }
}

/** For a machine that goes on with a saved system: as after a sleep, it is told what time it is. */
export async function wakeUp({ shell }: Machine): Promise<void> {
  await shell(`date --set=@${Math.floor(Date.now() / 1000)}`)
}

function lightOf(looks: readonly number[], line: number, seconds: number): Light {
  const levels = looks.map((look) => (look >> line) & 1)
  const changes = levels.filter((level, at) => at > 0 && level !== levels[at - 1]).length
  return {
    lit: levels.reduce((sum, level) => sum + level, 0) / levels.length,
    changesPerSecond: changes / seconds,
  }
}

function usbDiskOf({ id, file, serial, failsAtByte }: TestDisk): UsbDisk {
  const plain = { driver: 'raw', file: { driver: 'file', filename: file } }
  if (failsAtByte === undefined) return { id, source: plain, serial: serial ?? id }
  const rules = ['read_aio', 'write_aio'].map((event) => ({ event, errno: 5, sector: failsAtByte / 512 }))
  const source = {
    driver: 'raw',
    file: { driver: 'blkdebug', image: { driver: 'file', filename: file }, 'inject-error': rules },
  }
  return { id, source, serial: serial ?? id }
}

async function putOnBoot(
  file: string,
  { boot }: CardLayout,
  presets: string,
  scratch: string,
): Promise<void> {
  const text = join(scratch, 'berrysync.txt')
  await writeFile(text, presets)
  await runCommand('mcopy', '-o', '-i', `${file}@@${boot.offset}`, text, '::berrysync.txt')
}
