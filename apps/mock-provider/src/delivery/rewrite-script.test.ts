import { describe, expect, it } from "vitest";
import { PLAIN_BEHAVIOUR } from "../behaviour/behaviour.ts";
import type { Action } from "./action.ts";
import { rewriteScript } from "./rewrite-script.ts";

const SCRIPT: Action[] = [{ kind: "send", text: "a\né\n", tokens: 1 }, { kind: "end" }];

function bytesOf(script: Iterable<Action>): Buffer[] {
  return [...script].flatMap((action) =>
    action.kind === "send-bytes" ? [Buffer.from(action.bytes)] : action.kind === "send" ? [Buffer.from(action.text)] : [],
  );
}

describe("rewriteScript", () => {
  it("leaves a plain script alone", () => {
    expect(rewriteScript(SCRIPT, PLAIN_BEHAVIOUR)).toBe(SCRIPT);
  });

  it("ends lines with CR LF", () => {
    expect(Buffer.concat(bytesOf(rewriteScript(SCRIPT, { ...PLAIN_BEHAVIOUR, isCrlf: true }))).toString()).toBe("a\r\né\r\n");
  });

  it("splits inside a character, with time between the halves, and counts its tokens once", () => {
    const script = [...rewriteScript(SCRIPT, { ...PLAIN_BEHAVIOUR, isSplit: true })];
    const [first, second] = bytesOf(script);
    expect(first?.toString()).toBe("a\n\ufffd");
    expect(Buffer.concat([first ?? Buffer.of(), second ?? Buffer.of()]).toString()).toBe("a\né\n");
    expect(script.map(({ kind }) => kind)).toEqual(["send-bytes", "wait", "send-bytes", "send", "wait", "end"]);
    expect(script.reduce((sum, action) => sum + (action.kind === "send" ? action.tokens : 0), 0)).toBe(1);
  });

  it("drips byte by byte", () => {
    const script = [...rewriteScript(SCRIPT, { ...PLAIN_BEHAVIOUR, dripMs: 7 })];
    expect(script.filter(({ kind }) => kind === "wait")).toEqual(Array.from({ length: 5 }, () => ({ kind: "wait", ms: 7 })));
    expect(Buffer.concat(bytesOf(script)).toString()).toBe("a\né\n");
  });
});
