/** What fills the sentence of a problem, so that it can be said in any language. */
export const problemDataSchema = `
-- JSON, as in the error it was made of.
ALTER TABLE problems ADD COLUMN data TEXT NOT NULL DEFAULT '{}';
`
