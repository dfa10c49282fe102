import { toDuration, toMoney } from "./amounts.ts";
import type { ExhibitView } from "./exhibit-view.ts";
import { line, type StyledLine } from "./styled-line.ts";
import { widthOf } from "./text-width.ts";

const HEAD = ["", "calls", "latency", "first text", "tokens in", "tokens out", "cost", "degraded"];

function toCells(view: ExhibitView): string[] {
  const { title, summary, problem, firstTextMs, startedMs } = view;
  if (summary === null) return [title, "–", "–", "–", "–", "–", "–", `failed: ${problem ?? "no result"}`];
  const { calls, latency_ms, usage, cost_usd, degraded } = summary;
  const codes = [...new Set(degraded.map(({ code }) => code))];
  return [
    title,
    String(calls),
    toDuration(latency_ms),
    firstTextMs === null ? "–" : toDuration(firstTextMs - startedMs),
    usage.prompt_tokens.toLocaleString("en-US"),
    usage.completion_tokens.toLocaleString("en-US"),
    toMoney(cost_usd),
    codes.length === 0 ? "no" : codes.join(", "),
  ];
}

/** What each answer took, side by side. */
export function toComparison(views: readonly ExhibitView[]): StyledLine[] {
  const rows = [HEAD, ...views.map((view) => toCells(view))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ""))));
  return rows.map((row, index) => {
    const cells = row.map((cell, column) => {
      const gap = " ".repeat((widths[column] ?? 0) - widthOf(cell));
      const isText = column === 0 || column === HEAD.length - 1;
      return isText ? `${cell}${gap}` : `${gap}${cell}`;
    });
    return line([`  ${cells.join("  ")}`.trimEnd(), index === 0 ? "dim" : "plain"]);
  });
}
