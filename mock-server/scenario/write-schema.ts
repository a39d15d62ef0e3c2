/** Writes scenarios/scenario.schema.json from the schema, for editors. A test holds the file to be fresh. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenariosFolder } from './load.ts';
import { scenarioJsonSchema } from './schema.ts';

writeFileSync(join(scenariosFolder(), 'scenario.schema.json'), scenarioJsonSchema());
