/** What an image consists of, as an SPDX document: every Debian package in it with its version, and every npm package in the bundles. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputDirectory, sourceDate, version } from './places.ts'

interface Software {
  readonly name: string
  readonly version: string
  readonly purl: string
}

export function writeSoftwareList({ rootfs, target }: { rootfs: string; target: string }): void {
  const software = [
    ...debianPackages(readFileSync(join(rootfs, 'var/lib/dpkg/status'), 'utf8')),
    ...bundledPackages(),
  ]
  const packages = software.map((one) => ({
    SPDXID: `SPDXRef-${`${one.name}-${one.version}`.replace(/[^A-Za-z0-9.-]/g, '-')}`,
    name: one.name,
    versionInfo: one.version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    externalRefs: [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: one.purl },
    ],
  }))
  const digest = createHash('sha256').update(JSON.stringify(packages)).digest('hex')
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `berrysync-${version}`,
    documentNamespace: `urn:berrysync:image:${version}:${digest.slice(0, 32)}`,
    creationInfo: {
      created: new Date(sourceDate() * 1000).toISOString().replace('.000Z', 'Z'),
      creators: ['Tool: berrysync-image'],
    },
    packages,
    relationships: packages.map(({ SPDXID }) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: SPDXID,
    })),
  }
  writeFileSync(target, `${JSON.stringify(document, undefined, 1)}\n`)
}

function debianPackages(status: string): Software[] {
  return status
    .split('\n\n')
    .filter((entry) => /^Status: install ok installed$/m.test(entry))
    .map((entry) => {
      const field = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(entry)?.[1] ?? ''
      const [name, packageVersion] = [field('Package'), field('Version')]
      const purl = `pkg:deb/debian/${name}@${encodeURIComponent(packageVersion)}?arch=${field('Architecture')}`
      return { name, version: packageVersion, purl }
    })
}

/** Each begins with a line `NAME VERSION` in the text of licences that the build made. */
function bundledPackages(): Software[] {
  const text = readFileSync(join(outputDirectory, 'licences.txt'), 'utf8')
  return [...text.matchAll(/^={78}\n(\S+) (\S+)$/gm)].map(([, name, packageVersion]) => ({
    name: name!,
    version: packageVersion!,
    purl: `pkg:npm/${name!.replace('@', '%40')}@${packageVersion}`,
  }))
}
