import type { Report, Table } from "./report.ts";

function toTable({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** A report as a chapter of a document. */
export function toMarkdown({ title, setting, tables, goals }: Report): string {
  const shown = goals.map(({ text, figure, isMet }) => `| ${text} | ${figure} | ${isMet ? "yes" : "**no**"} |`);
  const goalTable = shown.length === 0 ? [] : [["| goal | measured | reached |", "|---|---|---|", ...shown].join("\n")];
  return [`### ${title}`, setting, ...tables.map(toTable), ...goalTable].join("\n\n");
}

const BEGIN = "<!-- bench:limits -->";
const END = "<!-- /bench:limits -->";

/** Puts a text between the marks of a document. @throws Error when they are missing */
export function replaceSection(document: string, text: string): string {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the document lacks ${BEGIN} … ${END}`);
  return `${document.slice(0, from + BEGIN.length)}\n\n${text}\n\n${document.slice(to)}`;
}
