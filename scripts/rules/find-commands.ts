/** A command that a document tells its reader to type. */
export interface DocumentedCommand {
  /** As `npm run bench`. */
  text: string;
  /** The name of a script of package.json, or the path of a file below the root. */
  target: { script: string } | { file: string };
}

/** Inline code and code blocks: elsewhere a command is only talked about. */
function codeOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^ *```[^\n]*\n([^]*?)^ *```/gm)].map((match) => match[1] ?? "");
  const inline = [...markdown.replaceAll(/^ *```[^]*?^ *```/gm, "").matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  return [...blocks.flatMap((block) => block.split("\n")), ...inline];
}

function commandOf(code: string): DocumentedCommand | null {
  // Variables in front, as `SMOKE=1 npm start`, and a prompt are no part of the command.
  const text = code.trim().replace(/^(\$ |[A-Z_]+=\S* )+/, "");
  const script = /^npm (?:run )?(?!install\b|ci\b|i\b|view\b|pack\b)([a-z][\w:-]*)/.exec(text);
  if (script?.[1] !== undefined) return { text, target: { script: script[1] } };
  const file = /^(?:node |bash |sh )?((?:\.\/)?(?:scripts|bench|examples|infra|\.ci)\/[\w./-]+)/.exec(text);
  return file?.[1] === undefined ? null : { text, target: { file: file[1] } };
}

/** The commands of this repository that a document names: npm scripts and programs by path. */
export function findCommands(markdown: string): DocumentedCommand[] {
  return codeOf(markdown)
    .map((code) => commandOf(code))
    .filter((command) => command !== null);
}
