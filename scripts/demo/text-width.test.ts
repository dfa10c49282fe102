import { describe, expect, it } from "vitest";
import { cleanText, cutToWidth, widthOf, wrapText } from "./text-width.ts";

describe("cleanText", () => {
  it("lets no escape sequence through", () => {
    expect(cleanText("a\u001B[2J\u009B31mb\u0007\u0000\u202Ec")).toBe("a[2J31mbc");
  });

  it("keeps line breaks, and makes blanks of tabs", () => {
    expect(cleanText("a\r\nb\rc\n\td")).toBe("a\nb\nc\n  d");
  });
});

describe("widths", () => {
  it("counts cells, not characters", () => {
    expect(widthOf("abc")).toBe(3);
    expect(widthOf("日本")).toBe(4);
    expect(widthOf("é")).toBe(1);
    expect(widthOf("👨‍👩‍👧 ok")).toBe(5);
  });

  it("cut at whole graphemes", () => {
    expect(cutToWidth("日本語", 5)).toBe("日本");
    expect(cutToWidth("abc", 3)).toBe("abc");
    expect(cutToWidth("abc", 0)).toBe("");
  });
});

describe("wrapText", () => {
  it("breaks at blanks, and within a word that is too long", () => {
    expect(wrapText("the quick brown fox", 10)).toEqual(["the quick", "brown fox"]);
    expect(wrapText("abcdefgh ij", 5)).toEqual(["abcde", "fgh", "ij"]);
  });

  it("keeps paragraphs apart", () => {
    expect(wrapText("a\n\nb", 10)).toEqual(["a", "", "b"]);
  });

  it("ends even where not one character fits", () => {
    expect(wrapText("日本", 1)).toEqual(["日", "本"]);
    expect(wrapText("ab", 0)).toEqual(["a", "b"]);
  });

  it("loses nothing but blanks", () => {
    const text = "Many   hands make light work, so they say; 日本語 and 👩‍👩‍👧 too.";
    for (let cells = 1; cells < 40; cells += 1) {
      expect(wrapText(text, cells).join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }
  });
});
