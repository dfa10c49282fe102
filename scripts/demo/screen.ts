import { fitLine, paintLine, type StyledLine, textOf } from "./styled-line.ts";
import { widthOf } from "./text-width.ts";

/** What is needed of `process.stdout`. */
export interface ScreenOutput {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

export interface ScreenSize {
  columns: number;
  rows: number;
}

/** Lines that stay, with a region below them that is drawn again and again. */
export interface Screen {
  /** Whether there is such a region: only on a terminal. */
  readonly isLive: boolean;
  size(): ScreenSize;
  /** Adds lines for good, above the region. */
  print(lines: readonly StyledLine[]): void;
  /** Replaces the region, which must fit the terminal; nothing happens where there is none. */
  show(lines: readonly StyledLine[]): void;
  /** Ends it: the region goes, the cursor comes back. */
  close(): void;
}

const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";
const ERASE_BELOW = "\u001B[0J";
/** Of a file or a pipe, or of a terminal that does not say. */
const USUAL_SIZE: ScreenSize = { columns: 120, rows: 24 };

/** Rows that lines take in a terminal that breaks what is too long: so they do when it was made narrower meanwhile. */
function rowsOf(widths: readonly number[], columns: number): number {
  return widths.reduce((rows, width) => rows + Math.max(1, Math.ceil(width / columns)), 0);
}

export function createScreen(output: ScreenOutput, isColoured: boolean): Screen {
  const isLive = output.isTTY === true;
  let shown: readonly StyledLine[] = [];
  let drawnWidths: number[] = [];
  let isHidden = false;

  const size = (): ScreenSize => ({ columns: output.columns || USUAL_SIZE.columns, rows: output.rows || USUAL_SIZE.rows });
  const erase = (): string => {
    const up = rowsOf(drawnWidths, size().columns);
    return up === 0 ? "" : `\u001B[${up}A\r${ERASE_BELOW}`;
  };
  const draw = (): string => {
    // A line that fills the last column leaves terminals undecided where the cursor is.
    const fitted = shown.map((each) => fitLine(each, size().columns - 1));
    drawnWidths = fitted.map((each) => widthOf(textOf(each)));
    return fitted.map((each) => `${paintLine(each, isColoured)}\n`).join("");
  };

  return {
    isLive,
    size,
    print(lines) {
      const added = lines.map((each) => `${paintLine(each, isColoured)}\n`).join("");
      output.write(`${erase()}${added}${draw()}`);
    },
    show(lines) {
      if (!isLive) return;
      const before = erase();
      shown = lines;
      output.write(`${isHidden ? "" : HIDE_CURSOR}${before}${draw()}`);
      isHidden = true;
    },
    close() {
      if (!isHidden) return;
      const before = erase();
      shown = [];
      drawnWidths = [];
      output.write(`${before}${SHOW_CURSOR}`);
      isHidden = false;
    },
  };
}
