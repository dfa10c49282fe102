const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const INVISIBLE = /^[\p{Mark}\p{Cf}]+$/u;
/** What terminals draw two cells wide: emoji, and the scripts of East Asia. */
const WIDE =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u;

/** Cells of the widest grapheme. */
const WIDEST = 2;

function cellsOf(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** Cells that a text takes in a terminal; it must be clean. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += cellsOf(segment);
  return width;
}

/**
 * Text of others, safe for a terminal: a model could write escape sequences that move the cursor or rename the window.
 * Line breaks stay, tabs become blanks, every other control character goes.
 */
export function cleanText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll("\t", "  ")
    .replaceAll(/(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, "");
}

/** The longest beginning of a text that takes at most so many cells. */
export function cutToWidth(text: string, cells: number): string {
  let width = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    width += cellsOf(segment);
    if (width > cells) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/** Breaks a text into lines of at most so many cells, at blanks where there are any. */
export function wrapText(text: string, cells: number): string[] {
  const width = Math.max(1, cells);
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let rest = paragraph.trimEnd();
    while (widthOf(rest) > width) {
      // One that is wider than a line has a line of its own.
      const head = cutToWidth(rest, width) || cutToWidth(rest, WIDEST);
      const blank = rest[head.length] === " " ? head.length : head.lastIndexOf(" ");
      const end = blank > 0 ? blank : head.length;
      lines.push(rest.slice(0, end));
      rest = rest.slice(end).trimStart();
    }
    return rest === "" && lines.length > 0 ? lines : [...lines, rest];
  });
}
