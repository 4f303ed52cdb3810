/**
 * The shell scripts that start Berrysync on its own Node: the one in dist/, and `launch` of the package. Both give Node the same options, so these
 * stand here once. They must stay plain POSIX shell.
 */

/** Memory counts; what each option does and costs is in docs/performance.md. */
const run = `# Memory counts: new objects get 4 MiB at a time instead of 16, what is dead is looked for when the heap has grown by a third, and all
# threads share two arenas of malloc, which costs no time. With less than 2 GiB in the machine V8 keeps little in reserve, and is a tenth
# slower for it (docs/performance.md).
small=
while read -r name kib _; do
  if [ "$name" = MemTotal: ] && [ "$kib" -lt 2097152 ]; then small=--optimize-for-size; fi
done 2>/dev/null < /proc/meminfo
export MALLOC_ARENA_MAX=2
exec "$node" --max-semi-space-size=4 --heap-growing-percent=30 \${small:+"$small"} "$program" "$@"
`

/** The script `dist/berrysync`. `runtime` is the npm package whose Node it runs on. */
export function builtLauncher(runtime: string): string {
  return `#!/bin/sh
# Runs Berrysync on the Node that package.json pins, wherever this file is linked from.
here=$(dirname -- "$(readlink -f -- "$0")")
node=$here/../node_modules/${runtime}/bin/node
program=$here/berrysync.mjs
${run}`
}

/** The script `/usr/lib/berrysync/launch NAME ARGS…`. */
export const packagedLauncher = `#!/bin/sh
# launch NAME ARGS...: runs NAME.mjs of the chosen release on that release's own Node. The chosen release is the one that
# /var/lib/berrysync/releases/current leads to where that is newer than the package, else the package.
name=\${1:?launch NAME ARGS...}
shift
release=/usr/lib/berrysync
installed=/var/lib/berrysync/releases/current
if [ -x "$installed/node" ] && [ -r "$installed/$name.mjs" ]; then
  newest=$(sort -V "$release/version" "$installed/version" | tail -n 1)
  if [ "$newest" != "$(cat "$release/version")" ]; then release=$(readlink -f "$installed"); fi
fi
node=$release/node
program=$release/$name.mjs
${run}`
