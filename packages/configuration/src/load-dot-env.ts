import { parseEnv } from "node:util";
import { ConfigurationError } from "./configuration-problem.ts";
import type { Environment } from "./environment.ts";

/**
 * The environment with what an `.env` file adds. A variable of the process wins over the file's, also when it is set to
 * nothing; a missing file adds nothing.
 *
 * @param readFile reads a text file; rejects with ENOENT when there is none
 * @throws ConfigurationError when the file is there and cannot be read
 */
export async function loadDotEnv(path: string, env: Environment, readFile: (path: string) => Promise<string>): Promise<Environment> {
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT") return env;
    throw new ConfigurationError(null, [{ path: "", line: null, column: null, message: `The file ${path} cannot be read (${code}).` }]);
  }
  return { ...parseEnv(text), ...env };
}
