import { cutToWidth, widthOf } from "./text-width.ts";

export type Style = "plain" | "dim" | "bold" | "accent" | "good" | "warning" | "bad";

export interface Segment {
  text: string;
  style: Style;
}

/** A line for a terminal, its looks kept apart from its text so that it can be measured and cut. */
export type StyledLine = readonly Segment[];

const CODES: Readonly<Record<Style, string>> = {
  plain: "",
  dim: "2",
  bold: "1",
  accent: "36",
  good: "32",
  warning: "1;33",
  bad: "31",
};

export function line(...parts: readonly (string | readonly [text: string, style: Style])[]): StyledLine {
  return parts.map((part) => (typeof part === "string" ? { text: part, style: "plain" } : { text: part[0], style: part[1] }));
}

export function textOf(styled: StyledLine): string {
  return styled.map(({ text }) => text).join("");
}

/** Cuts a line that takes more than so many cells, and marks the cut. */
export function fitLine(styled: StyledLine, cells: number): StyledLine {
  if (widthOf(textOf(styled)) <= cells) return styled;
  const fitted: Segment[] = [];
  let left = cells - 1;
  for (const { text, style } of styled) {
    const kept = cutToWidth(text, left);
    fitted.push({ text: kept.length < text.length ? `${kept}…` : kept, style });
    if (kept.length < text.length) break;
    left -= widthOf(kept);
  }
  return fitted;
}

/** The line as it is written to the terminal. */
export function paintLine(styled: StyledLine, isColoured: boolean): string {
  return styled
    .map(({ text, style }) => (isColoured && CODES[style] !== "" && text !== "" ? `\u001B[${CODES[style]}m${text}\u001B[0m` : text))
    .join("");
}
