/** Writes docs/openapi.json. */
import { writeFile } from 'node:fs/promises'
import { descriptionFile, readDescription } from './api-description.ts'

await writeFile(descriptionFile, await readDescription())
