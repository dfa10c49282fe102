import { describe, expect, it } from "vitest";
import { createScreen } from "./screen.ts";
import { fitLine, line, paintLine, textOf } from "./styled-line.ts";

function terminal(columns: number, isTTY = true) {
  const written: string[] = [];
  return { isTTY, columns, rows: 24, write: (text: string) => written.push(text), written, take: () => written.splice(0).join("") };
}

describe("a styled line", () => {
  it("is cut to a width, with a mark", () => {
    const long = line("abc", ["defgh", "bold"], "ij");
    expect(textOf(fitLine(long, 10))).toBe("abcdefghij");
    expect(textOf(fitLine(long, 6))).toBe("abcde…");
    expect(textOf(fitLine(line("abc", "def"), 4))).toBe("abc…");
  });

  it("is painted only where colours are wanted", () => {
    expect(paintLine(line("a", ["b", "good"]), true)).toBe("a\u001B[32mb\u001B[0m");
    expect(paintLine(line("a", ["b", "good"]), false)).toBe("ab");
  });
});

describe("a screen", () => {
  it("draws its region in place, and hides the cursor meanwhile", () => {
    const output = terminal(20);
    const screen = createScreen(output, false);
    screen.show([line("one"), line("two")]);
    expect(output.take()).toBe("\u001B[?25lone\ntwo\n");
    screen.show([line("three")]);
    expect(output.take()).toBe("\u001B[2A\r\u001B[0Jthree\n");
    screen.close();
    expect(output.take()).toBe("\u001B[1A\r\u001B[0J\u001B[?25h");
    screen.close();
    expect(output.take()).toBe("");
  });

  it("adds lines above its region", () => {
    const output = terminal(20);
    const screen = createScreen(output, false);
    screen.show([line("live")]);
    output.take();
    screen.print([line("for good")]);
    expect(output.take()).toBe("\u001B[1A\r\u001B[0Jfor good\nlive\n");
  });

  it("finds its region again in a terminal that was made narrower", () => {
    const output = terminal(41);
    const screen = createScreen(output, false);
    screen.show([line("x".repeat(60)), line("short")]);
    expect(output.take()).toBe(`\u001B[?25l${"x".repeat(39)}…\nshort\n`);
    output.columns = 15;
    screen.show([line("next")]);
    // 40 cells took three rows of 15, and the short line took one.
    expect(output.take()).toBe("\u001B[4A\r\u001B[0Jnext\n");
  });

  it("shows no region in a file or a pipe", () => {
    const output = terminal(20, false);
    const screen = createScreen(output, false);
    screen.show([line("live")]);
    screen.print([line("a line that is longer than twenty cells")]);
    screen.close();
    expect(output.take()).toBe("a line that is longer than twenty cells\n");
  });
});
