/** Files of a folder with problems, those of a kind together, each kind with what to do. */
import { useState } from 'preact/hooks'
import { api, folderAddress } from '../../api/request.ts'
import { Section } from '../../parts/page.tsx'
import { PathText } from '../../parts/path-text.tsx'
import { doAndTell } from '../../parts/use-action.ts'
import { groupProblems, type ProblemGroup } from '../../state/folder-glance.ts'
import { errorText, t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

export function Problems({ folder: { id, problems } }: FolderTabProps) {
  if (problems.length === 0) return null
  return (
    <Section title={t('overview-problems')} about={t('overview-problems-about')}>
      {groupProblems(problems).map((group) => (
        <Group key={group.kind} group={group} folder={id} />
      ))}
    </Section>
  )
}

/** As many as show what the matter is. */
const fewPaths = 5

function Group({
  group: { kind, problems },
  folder,
}: {
  readonly group: ProblemGroup
  readonly folder: string
}) {
  const [isOpen, setOpen] = useState(false)
  return (
    <div class="problem-group">
      <h3>{t(`problem-${kind}`, { files: problems.length })}</h3>
      <p class="about">{t(`problem-do-${kind}`)}</p>
      <ul>
        {problems.slice(0, isOpen ? problems.length : fewPaths).map((problem) => (
          <li key={problem.path}>
            <PathText path={problem.path} />
            {(kind === 'other' || kind === 'io-error') && <span class="about">{errorText(problem)}</span>}
            {(kind === 'file-damaged' || kind === 'own-file-damaged') && (
              <button
                type="button"
                class="text-button"
                aria-label={`${t('damaged-keep')}: ${problem.path}`}
                onClick={() =>
                  doAndTell(() => api.post(folderAddress(folder, '/damaged'), { path: problem.path }))
                }
              >
                {t('damaged-keep')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {problems.length > fewPaths && !isOpen && (
        <button type="button" class="text-button" onClick={() => setOpen(true)}>
          {t('problem-more', { files: problems.length - fewPaths })}
        </button>
      )}
    </div>
  )
}
