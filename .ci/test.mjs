/**
 * `npm test`: every check there is, one after another, each under a headline. A check that fails does not hide the next ones.
 * The last line is `N passed, N failed`, where the checks before the tests count like tests.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'berrysync-test-'))
const reportFile = join(scratch, 'report.json')

let passed = 0
let failed = 0

/** Runs one check and tells whether it succeeded. */
function run(title, command, args) {
  console.log(`\n== ${title}`)
  const startedMs = performance.now()
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (error) console.error(error.message)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`-- ${title}: ${status === 0 ? 'ok' : 'FAILED'} (${seconds} s)`)
  return status === 0
}

function check(title, command, args) {
  if (run(title, command, args)) passed += 1
  else failed += 1
}

function readReport() {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'))
  } catch (error) {
    console.error(`vitest left no report: ${error.message}`)
    return undefined
  }
}

try {
  check('What the tests need', '.ci/install-needs', [])
  check('Types', 'tsc', ['-p', '.'])
  check('Types of the web interface', 'tsc', ['-p', 'ui'])
  check('Lint and format', 'biome', ['check', '--error-on-warnings', '.'])
  check('Build', 'node', ['.ci/build.mjs'])
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const succeeded = run(
    'Tests: import directions, units, properties, simulation, then real processes',
    'vitest',
    ['run', ...reporters],
  )
  const report = readReport()
  passed += report?.numPassedTests ?? 0
  const failedTests = (report?.numFailedTests ?? 0) + (report?.numPendingTests ?? 0)
  // A file that cannot even be loaded has no failed tests in it, and is a failure all the same.
  failed += succeeded ? failedTests : Math.max(failedTests, 1)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
