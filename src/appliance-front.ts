/**
 * What a person sees and presses at the box itself: LEDs, button, screen, and what systemd is told. Looks at the device when something changed, and
 * has the button's presses done. Which pattern is shown and what a press means is decided elsewhere.
 */
import { join } from 'node:path'
import type { Access } from './api/access.ts'
import type { ApplianceSteering } from './api/appliance-steering.ts'
import type { LedsBody } from './api/schemas/leds.ts'
import type { Status } from './api/schemas/status.ts'
import { createButton } from './appliance/button.ts'
import type { Press } from './appliance/button-presses.ts'
import { folderView } from './appliance/device-view.ts'
import type { Disks } from './appliance/disks.ts'
import { openSysfsLines, openWithOnoff } from './appliance/gpio-lines.ts'
import { openGpioTools } from './appliance/gpio-tools.ts'
import type { HelperClient } from './appliance/helper-client.ts'
import {
  type ButtonPhase,
  choosePattern,
  type DeviceView,
  type LedPattern,
  ledPatterns,
} from './appliance/led-patterns.ts'
import { createLeds } from './appliance/leds.ts'
import { readPresetMistakes } from './appliance/preset-mistakes.ts'
import { publishedName } from './appliance/published-name.ts'
import { createStatusScreen } from './appliance/status-screen.ts'
import { reasonOf } from './core/errors.ts'
import { factoryResetText } from './helper/verbs.ts'
import { ownInterfaces } from './net/own-interfaces.ts'
import type { Clock, Log } from './ports.ts'
import type { DeviceSettings } from './setting-table.ts'
import { refuseSharedPins } from './setting-values.ts'

/** While files come and go there is news each second; nobody sees that on an LED. */
const lookEveryMs = 2_000
/** What no news told of. */
const lookAnywayMs = 30_000
const passwordOpenMs = 10 * 60_000
const identifyMs = 15_000
/** How long it is shown that what the button asked for could not be done. */
const failureMs = 10_000
/** Another name may be given at any time, when another device comes; most often together with an address. Asking is a process. */
const askNameEveryMs = 10 * 60_000

/** The disks of the appliance, and what only its helper may do. */
export interface FrontDisks {
  /** One that is being worked on counts as `checking`. */
  states(): DeviceView['disks']
  /** Resolves once every disk is safe to pull. */
  ejectAll(): Promise<void>
  /** Forgets the device's own state, never what is on a disk. */
  factoryReset(): Promise<void>
}

interface FrontDisksNeeds {
  readonly disks: Pick<Disks, 'list' | 'workOn'>
  readonly steering: Pick<ApplianceSteering, 'ejectDisk'>
  readonly helper: Pick<HelperClient, 'ask'>
}

export function createFrontDisks({ disks, steering, helper }: FrontDisksNeeds): FrontDisks {
  return {
    states: () => disks.list().map((facts) => (disks.workOn(facts) === undefined ? facts.state : 'checking')),
    async ejectAll() {
      const attached = disks.list().filter(({ state }) => state === 'attached')
      const ends = await Promise.allSettled(attached.map(({ device }) => steering.ejectDisk(device)))
      const failed = ends.find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
    },
    async factoryReset() {
      await helper.ask({ verb: 'factory-reset', typed: factoryResetText })
    },
  }
}

export interface FrontNeeds {
  readonly clock: Clock
  readonly log: Log
  /** Stands for `/` where it looks for hardware, but for what onoff opens by itself. */
  readonly root: string
  readonly hostName: string
  /** Undefined while the device is starting. */
  disks(): FrontDisks | undefined
  settings(): DeviceSettings
  status(): Promise<Status>
  /** Calls back when something may be other than before. */
  readonly listen: (listener: () => void) => Disposable
  readonly access: Pick<Access, 'openSetUp' | 'isSetUp'>
  /** Where the web interface is. */
  web(): { readonly scheme: 'http' | 'https'; readonly port: number } | undefined
  onShown(pattern: LedPattern): void
}

/** Shows that the device is starting until it is told otherwise. */
export interface Front extends AsyncDisposable {
  /** From now on the device can be looked at. */
  ready(): void
  stopping(): void
  /** Pins may be others than before. */
  reconfigure(): void
  leds(): LedsBody
  /** A person wants to know which box this is. */
  identify(): void
}

export async function openFront(needs: FrontNeeds): Promise<Front> {
  const { clock, log, root, access } = needs
  const lines = await openSysfsLines(clock, join(root, 'sys/class/gpio'), openWithOnoff)
  const tools = lines === undefined ? await openGpioTools() : undefined
  if (lines === undefined && tools === undefined)
    log.info({}, 'there are no lines for LEDs and a button on this machine')

  await using parts = new AsyncDisposableStack()
  const leds = parts.use(createLeds({ clock, log, lines, tools, boardLeds: join(root, 'sys/class/leds') }))
  let phase: DeviceView['phase'] = 'starting'
  let button: ButtonPhase | undefined
  let identifying: Disposable | undefined
  let passwordOpening: Disposable | undefined
  let failing: Disposable | undefined
  let seen: Pick<DeviceView, 'isBroken' | 'folders'> = { isBroken: false, folders: [] }
  let shown = show()

  function show(): LedPattern {
    const pattern = choosePattern({
      ...{ phase, button, ...seen },
      isBroken: seen.isBroken || failing !== undefined,
      isIdentifying: identifying !== undefined,
      isPasswordOpen: passwordOpening !== undefined && !access.isSetUp(),
      disks: needs.disks()?.states() ?? [],
    })
    leds.show(pattern)
    return pattern
  }

  function refresh(): void {
    const before = shown
    shown = show()
    if (shown === before) return
    needs.onShown(shown)
    screen.redraw()
  }

  async function look(): Promise<void> {
    try {
      seen = { isBroken: false, folders: (await needs.status()).folders.map(folderView) }
    } catch (error) {
      // Its end came in between.
      if (phase === 'stopping') return
      seen = { ...seen, isBroken: true }
      log.debug({ error }, 'the device could not be looked at for its LEDs')
    }
    refresh()
  }

  let timer: Disposable | undefined
  let isLooking = false
  let hasNews = false
  async function lookOften(): Promise<void> {
    timer?.[Symbol.dispose]()
    isLooking = true
    hasNews = false
    await look()
    timer = clock.after(lookEveryMs, () => {
      isLooking = false
      if (hasNews) void lookOften()
      else timer = clock.after(lookAnywayMs - lookEveryMs, () => void lookOften())
    })
  }
  parts.defer(() => timer?.[Symbol.dispose]())
  parts.use(
    needs.listen(() => {
      hasNews = true
      if (!isLooking && phase === 'running') void lookOften()
    }),
  )

  function identify(): void {
    identifying?.[Symbol.dispose]()
    identifying = clock.after(identifyMs, () => {
      identifying = undefined
      refresh()
    })
    refresh()
  }

  function fail(): void {
    failing?.[Symbol.dispose]()
    failing = clock.after(failureMs, () => {
      failing = undefined
      refresh()
    })
    refresh()
  }

  async function act(press: Press): Promise<void> {
    const disks = needs.disks()
    if (disks === undefined || phase !== 'running') return
    log.info({ press }, 'the button was pressed')
    switch (press) {
      case 'short': {
        const isAny = disks.states().some((state) => state === 'attached')
        if (isAny) await disks.ejectAll()
        else identify()
        return
      }
      case 'password':
        access.openSetUp(passwordOpenMs)
        passwordOpening?.[Symbol.dispose]()
        passwordOpening = clock.after(passwordOpenMs, () => {
          passwordOpening = undefined
          refresh()
        })
        refresh()
        return
      case 'reset':
        await disks.factoryReset()
    }
  }

  let published:
    | { readonly name: string | undefined; readonly addresses: string; readonly askedMs: number }
    | undefined
  /** Asks no sooner than it may be another one. */
  async function nameHere(addresses: string): Promise<string | undefined> {
    const isOld =
      published === undefined ||
      published.addresses !== addresses ||
      clock.monotonicMs() - published.askedMs > askNameEveryMs
    if (isOld) published = { name: await publishedName(), addresses, askedMs: clock.monotonicMs() }
    return published?.name
  }

  const screen = parts.use(
    createStatusScreen({
      ...{ clock, log, terminal: join(root, 'dev/tty1') },
      async facts() {
        const addresses = ownAddresses()
        const web = needs.web()
        return {
          ...{ name: needs.settings().name, state: shown.meaning, isSetUp: access.isSetUp() },
          isStarting: phase === 'starting',
          ...{ hasWeb: web !== undefined, scheme: web?.scheme ?? 'http', port: web?.port ?? 80 },
          addresses,
          wantedName: needs.hostName.split('.')[0]!,
          publishedName: await nameHere(addresses.join(' ')),
          presetMistakes: await readPresetMistakes(join(root, 'run/berrysync/presets.json')),
        }
      },
    }),
  )
  const pressed = parts.use(
    createButton({
      ...{ clock, log },
      openLine: lines === undefined ? tools?.input : lines.input,
      onPhase(next) {
        button = next
        refresh()
      },
      onPress: (press) =>
        void act(press).catch((error) => {
          log.warn({ press, reason: reasonOf(error) }, 'what the button asked for could not be done')
          fail()
        }),
    }),
  )

  function reconfigure(): void {
    const { ledPin, attentionPin, buttonPin } = needs.settings()
    try {
      refuseSharedPins({ ledPin, attentionPin, buttonPin })
      leds.setPins({ status: ledPin, attention: attentionPin })
      pressed.setPin(buttonPin)
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'the LEDs and the button are not used')
    }
  }
  reconfigure()
  needs.onShown(shown)

  const owned = parts.move()
  return {
    reconfigure,
    identify,
    leds: () => ({
      shown: shown.id,
      patterns: ledPatterns.map(({ id, status, attention, single, meaning }) => ({
        ...{ id, status: blink(status), attention: blink(attention), single: blink(single), meaning },
      })),
    }),
    ready() {
      phase = 'running'
      void lookOften()
    },
    stopping() {
      phase = 'stopping'
      pressed.setPin('off')
      refresh()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function blink(of: LedPattern['status']): 'on' | 'off' | number[] {
  return typeof of === 'string' ? of : [...of]
}

/** Those that others in the local network can reach. */
function ownAddresses(): string[] {
  return Object.values(ownInterfaces()).flatMap((entries = []) =>
    entries.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
  )
}
