import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutText } from "./cut-text.ts";

describe("cutting a text", () => {
  it("leaves a text alone that fits", () => {
    expect(cutText("0123456789", 10)).toBe("0123456789");
  });

  it("keeps the beginning and the end, and marks what is gone", () => {
    expect(cutText("0123456789abcdefghij", 10)).toBe("0123456\n[cut here: 10 characters left out]\nhij");
  });

  it("never splits a character and never keeps more than it may", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "\n", "é", "日", "🐘"), maxLength: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (text, maxChars) => {
          const cut = cutText(text, maxChars);
          const [head = "", tail = ""] = cut.split(/\n\[cut here: \d+ characters left out\]\n/);
          return (
            cut.isWellFormed() && (cut === text || (text.startsWith(head) && text.endsWith(tail) && head.length + tail.length <= maxChars))
          );
        },
      ),
    );
  });
});
