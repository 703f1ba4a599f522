// Generates both TypeScript clients from the OpenAPI document that is the first argument.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { generateService } from '@umijs/openapi';
import openapiTS, { astToString } from 'openapi-typescript';

const document = process.argv[2];
rmSync('generated', { recursive: true, force: true });
mkdirSync('generated');

writeFileSync('generated/schema.ts', astToString(await openapiTS(JSON.parse(readFileSync(document)))));

await generateService({
  schemaPath: document,
  serversPath: 'generated',
  projectName: 'umi',
  requestImportStatement: "import { request } from '../../src/umi-request';",
});
