/** Redeeming a one-time secret between real daemons, one of which is killed exactly before each step that is durable or that the other can see. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inviteIdOf } from '../core/invite.ts'
import { type OneTimeSecret, parseSecret } from '../core/secret.ts'
import { type Place, startPlace } from '../testing/place.ts'
import { killBefore, programOfTwoThreads, type Recording, recordSteps, type Step } from '../testing/steps.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

/** Of the some 60 steps of a guest those are taken at which something is decided, and of the others, mostly its new database's, each eighth. */
const stride = 8
/** Many daemons are started, which takes its time on a busy machine. */
const options = { timeout: 300_000 }

interface Scene {
  readonly root: string
  readonly issuer: Place
  readonly guest: Place
  /** Comes with the same secret when the guest has used it. */
  readonly late: Place
}

async function startScene(root: string, stack: AsyncDisposableStack): Promise<Scene> {
  const issuer = await startPlace(root, 'issuer', stack, programOfTwoThreads)
  await issuer.write('episode', 'the first one')
  await issuer.daemon.ask('add', issuer.directory)
  const guest = await startPlace(root, 'guest', stack, programOfTwoThreads)
  return { root, issuer, guest, late: await startPlace(root, 'late', stack) }
}

/** What became of joining; undefined while that is open. */
async function outcomeOf(place: Place): Promise<string | undefined> {
  const [folder] = (await place.status()).folders
  return folder?.halt?.code ?? (folder?.state === 'joining' ? undefined : 'joined')
}

/** The guest redeems a new secret and joins with what it brings, whatever happens to somebody in `during`. Returns the secret. */
async function redeem(
  { issuer, guest }: Scene,
  what: string,
  during: (add: () => Promise<void>) => Promise<void>,
): Promise<string> {
  const secret = await issuer.invite('--full')
  await guest.write(what, 'of the guest')
  await during(() => guest.add(secret, issuer))
  const guestOutcome = await until(`${what}: the guest knows`, () => outcomeOf(guest))
  expect([what, guestOutcome]).toEqual([what, 'joined'])
  await until(`${what}: the guest has the folder`, () => guest.has('episode', 'the first one'))
  await until(`${what}: the issuer has what the guest brought`, () => issuer.has(what, 'of the guest'))
  await until(`${what}: the guest keeps the folder as one it has joined`, async () => {
    const config = JSON.parse(await readFile(join(guest.home, 'config.json'), 'utf8'))
    const [{ guest: pass, secret: held, new: isNew }] = config.folders
    return pass !== undefined && held === undefined && isNew === undefined
  })
  return secret
}

/** Somebody else who comes with the secret is told, and the scene is as it was before. */
async function refuseAnother({ issuer, guest, late }: Scene, secret: string, what: string): Promise<void> {
  await late.add(secret, issuer)
  const outcome = await until(`${what}: the other one knows`, () => outcomeOf(late))
  expect([what, outcome]).toEqual([what, 'invite-used'])
  await guest.leave()
  await late.leave()
}

/** What one of them does while the guest joins. Of a database's writes the first two stand for all: one page lies there then. */
async function record(scene: Scene, place: Place): Promise<readonly Step[]> {
  const recording = Promise.withResolvers<Recording>()
  const secret = await redeem(scene, 'recording', async (add) => {
    recording.resolve(await recordSteps(place.daemon.process.pid!, join(scene.root, 'recording')))
    await add()
  })
  const steps = await (await recording.promise).end()
  await refuseAnother(scene, secret, 'recording')
  return steps.filter(({ call, nth }) => call !== 'pwrite64' || nth <= 2)
}

/** Kills somebody before each of the steps, with a new secret each time. Returns those. */
async function redeemKilling(
  scene: Scene,
  victim: Place,
  steps: readonly Step[],
): Promise<readonly string[]> {
  const secrets: string[] = []
  for (const step of steps) {
    const what = `${victim.name} before ${step.call} ${step.nth} of ${step.about}`
    const secret = await redeem(scene, what, async (add) => {
      const { daemon } = victim
      await killBefore(daemon.process.pid!, step)
      await add()
      await until(`${what}: killed`, () => daemon.process.signalCode === 'SIGKILL')
      await victim.restart()
    })
    await refuseAnother(scene, secret, what)
    secrets.push(secret)
  }
  return secrets
}

/** What the steps are about, one after another. */
function subjectsOf(steps: readonly Step[]): readonly string[] {
  return steps.map(({ about }) => about).filter((about, at, all) => about !== all[at - 1])
}

/** Each secret let in the guest, and nobody else. Ends the issuer. */
async function expectOneCertificateEach({ issuer, guest }: Scene, secrets: readonly string[]): Promise<void> {
  const { device } = await guest.status()
  const certificates = await issuer.endForCertificates()
  for (const secret of secrets) {
    const invite = inviteIdOf((parseSecret(secret) as OneTimeSecret).token.reveal())
    const members = certificates.filter((certificate) => certificate.invite === invite)
    expect(members.map((member) => member.device)).toEqual([device.id])
  }
}

test.concurrent(
  'I15: whoever issued a one-time secret is killed before each step of redeeming it',
  options,
  async () => {
    await using root = await makeTempDirectory()
    await using stack = new AsyncDisposableStack()
    const scene = await startScene(root.path, stack)
    const all = await record(scene, scene.issuer)
    const grantAt = all.findIndex(({ about }) => about === 'link')
    // With one more, before which the grant has gone.
    const steps = all.slice(0, grantAt + 2)
    const log = `${(await scene.issuer.status()).folders[0]!.id}.db-wal`
    // The transaction, the lease on the disk, the lease in the database, the grant.
    expect(subjectsOf(steps)).toEqual([log, 'lease.new', '.sync', 'folder', log, 'link'])
    await expectOneCertificateEach(scene, await redeemKilling(scene, scene.issuer, steps))
  },
)

test.concurrent('I15: a guest is killed before each step of joining', options, async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const scene = await startScene(root.path, stack)
  const all = await record(scene, scene.guest)
  const asksAt = all.findIndex(({ about }) => about === 'link')
  const keepsAt = all.findLastIndex(({ about }) => about === 'config.json.new')
  const joining = all.slice(asksAt, keepsAt + 1)
  const { id } = (await scene.issuer.status()).folders[0]!
  const turns = ['config.json.new', 'home', `${id}.db`, 'identity.new']
  const isTurn = ({ about }: Step) => turns.includes(about)
  // The pass is kept before anything is done with it, and that the folder is new until its directory is claimed.
  expect(subjectsOf(joining.filter(isTurn))).toEqual([...turns, 'config.json.new'])
  const steps = joining.filter((step, at) => isTurn(step) || step.about === 'link' || at % stride === 0)
  await expectOneCertificateEach(scene, await redeemKilling(scene, scene.guest, steps))
})
