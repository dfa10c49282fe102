import { StartupError } from "@composite-llm/core";
import type { Variable } from "./variable.ts";

/** The variables of a process, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type EnvironmentValues<Schema extends Record<string, Variable<unknown>>> = {
  [Key in keyof Schema]: Schema[Key] extends Variable<infer Value> ? Value : never;
};

/**
 * Reads the variables that a process takes. A variable that is set to nothing counts as unset.
 *
 * @throws StartupError that names every variable with a problem, never its value
 */
export function parseEnvironment<Schema extends Record<string, Variable<unknown>>>(
  schema: Schema,
  env: Environment,
): EnvironmentValues<Schema> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, variable] of Object.entries(schema)) {
    const text = env[variable.name]?.trim() ?? "";
    const reading = variable.read(text === "" ? null : text);
    if ("problem" in reading) problems.push(`${variable.name} ${reading.problem}`);
    else values[key] = reading.value;
  }
  if (problems.length > 0) throw new StartupError(`The environment is not usable: ${problems.join("; ")}.`);
  return values as EnvironmentValues<Schema>;
}
