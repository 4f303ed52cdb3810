/** What a path agreed to before somebody's versions took it over, for the day that somebody's word counts no more. */
export const predecessorSchema = `
-- The last version agreed to that was by another author than the one agreed to now. Its record is kept.
ALTER TABLE paths ADD COLUMN predecessor INTEGER;

CREATE INDEX unsaid ON paths (path) WHERE winner IS NULL AND agreed IS NOT NULL;
`
