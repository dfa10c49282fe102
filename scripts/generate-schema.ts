/**
 * Writes what is derived from the configuration's schema: `composite.schema.json` for editors, and the table of keys in
 * `docs/configuration.md`. Tests fail when either is out of date.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toJsonSchema, toKeyTable } from "@composite-llm/configuration";
import { builtInPlanners, commonOptions } from "@composite-llm/strategies/plan";

const root = fileURLToPath(new URL("..", import.meta.url));
const schemaFile = join(root, "composite.schema.json");
const document = join(root, "docs/configuration.md");

writeFileSync(schemaFile, `${JSON.stringify(toJsonSchema({ builtIn: builtInPlanners, common: commonOptions }), null, 2)}\n`);
execFileSync(process.execPath, [join(root, "node_modules/oxfmt/bin/oxfmt"), schemaFile], { cwd: root });

const text = readFileSync(document, "utf8");
writeFileSync(
  document,
  text.replace(/(<!-- keys -->\n)[^]*?(<!-- \/keys -->)/, (_, begin: string, end: string) => `${begin}${toKeyTable()}${end}`),
);
