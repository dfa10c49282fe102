import { StartupError } from "@composite-llm/core";

/** A way into the configuration: names of keys and indexes of lists. */
export type ConfigurationPath = readonly (string | number)[];

/** Something that keeps a configuration from being used. No message holds a value that could be secret. */
export interface ConfigurationProblem {
  /** As `providers.openai.keys[0].key`, the name of an environment variable, or empty for the file as a whole. */
  path: string;
  /** From 1; null where the problem is not in the file. */
  line: number | null;
  column: number | null;
  /** To be read behind the path: `is not known; did you mean preset?` */
  message: string;
}

export function formatPath(path: ConfigurationPath): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

function formatProblem(file: string | null, { path, line, column, message }: ConfigurationProblem): string {
  const place = file === null || line === null ? "" : `${file}:${line}:${column} `;
  return `${place}${path === "" ? "" : `${path} `}${message}`;
}

/** The configuration cannot be used. The message is for the operator and lists every problem. */
export class ConfigurationError extends StartupError {
  readonly problems: readonly ConfigurationProblem[];

  /** @param file its path as the operator named it, null when there is none */
  constructor(file: string | null, problems: readonly ConfigurationProblem[]) {
    const lines = problems.map((problem) => formatProblem(file, problem));
    super(
      lines.length === 1
        ? `The configuration cannot be used: ${lines[0]}`
        : `The configuration cannot be used, it has ${lines.length} problems:\n${lines.map((line) => `  ${line}`).join("\n")}`,
    );
    this.name = "ConfigurationError";
    this.problems = problems;
  }
}
