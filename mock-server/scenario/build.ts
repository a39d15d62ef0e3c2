/** Run by the build: compiles scenarios into dist/, and writes the schema for editors when it has changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeCompiled } from './compiled.ts';
import { scenariosFolder } from './folder.ts';
import { loadScenario } from './load.ts';
import { scenarioJsonSchema } from './schema.ts';

writeCompiled(loadScenario);

const schemaFile = join(scenariosFolder(), 'scenario.schema.json');
const schema = scenarioJsonSchema();
if (readFileSync(schemaFile, 'utf8') !== schema) writeFileSync(schemaFile, schema);
