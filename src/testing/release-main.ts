/** Does to the releases below a directory what the helper does, as a process of its own, so that it can be killed: `ROOT install FILE`, `ROOT keep`, `ROOT roll-back`. */
import { releasePlaces } from '../helper/release-state.ts'
import { installRelease, keepRelease, rollBack } from '../helper/release-verbs.ts'

const [root = '', verb, file = ''] = process.argv.slice(2)
const places = releasePlaces(root)
if (verb === 'install') await installRelease(places, file, () => undefined, 'x64')
else if (verb === 'keep') await keepRelease(places)
else if (verb === 'roll-back') await rollBack(places)
else throw new Error(`unknown: ${verb}`)
