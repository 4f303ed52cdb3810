/** Answers what the API asks about releases. `releases` is undefined where the daemon does not run as an appliance. */
import type { ReleaseSteering } from './api/release-steering.ts'
import type { ApplianceReleases } from './appliance/releases.ts'
import { SyncError } from './core/errors.ts'

export function createReleaseSteering(
  releases: ApplianceReleases | undefined,
  version: string,
): ReleaseSteering {
  function releasesOrThrow(): ApplianceReleases {
    if (releases === undefined) throw new SyncError('appliance-only')
    return releases
  }
  return {
    async releases() {
      const { trial, before, failed, progress, offered } = await releasesOrThrow().look()
      return {
        running: version,
        ...(trial === undefined ? {} : { triesLeft: trial.tries }),
        ...(before === undefined ? {} : { before }),
        ...(failed === undefined ? {} : { failed }),
        ...(progress === undefined ? {} : { progress }),
        offered: [...offered],
      }
    },
    uploadRelease: async (offset, sizeBytes, part) => releasesOrThrow().upload(offset, sizeBytes, part),
    installRelease: async ({ file, disk }) => releasesOrThrow().install(file, disk),
    rollBackRelease: async () => releasesOrThrow().rollBack(),
  }
}
