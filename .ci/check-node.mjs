/**
 * Stops with advice when this is not the Node that package.json pins. npm puts node_modules/.bin first in PATH, so in an npm
 * script `node` is the pinned one as soon as `npm ci` has run to its end.
 */
import { readFileSync } from 'node:fs'

const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const wanted = `v${devDependencies.node}`
if (process.version !== wanted) {
  console.error(`This runs on Node ${process.version}, but the project pins ${wanted} (npm package "node").`)
  console.error(
    'Run `npm ci` first, and start things with `npm run …` (or put node_modules/.bin first in PATH).',
  )
  process.exit(1)
}
