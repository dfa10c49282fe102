import type { Behaviour } from "../behaviour/behaviour.ts";
import type { Action, Script } from "./action.ts";

function* withCrlf(script: Script): Generator<Action> {
  for (const action of script) yield action.kind === "send" ? { ...action, text: action.text.replaceAll("\n", "\r\n") } : action;
}

/** Where a character of several bytes begins, plus one; the middle where there is none. */
function splitPoint(bytes: Uint8Array): number {
  const lead = bytes.findIndex((byte) => byte >= 0xc0);
  return lead < 0 ? Math.floor(bytes.length / 2) : lead + 1;
}

const APART_MS = 2;

/** Two writes for one, far enough from each other to arrive as two. */
function* withSplits(script: Script): Generator<Action> {
  for (const action of script) {
    if (action.kind !== "send" || action.text.length < 2) {
      yield action;
      continue;
    }
    const bytes = Buffer.from(action.text);
    const point = splitPoint(bytes);
    yield { kind: "send-bytes", bytes: bytes.subarray(0, point) };
    yield { kind: "wait", ms: APART_MS };
    yield { kind: "send-bytes", bytes: bytes.subarray(point) };
    yield { kind: "send", text: "", tokens: action.tokens };
    yield { kind: "wait", ms: APART_MS };
  }
}

function* withDrip(script: Script, ms: number): Generator<Action> {
  for (const action of script) {
    if (action.kind !== "send") {
      yield action;
      continue;
    }
    for (const byte of Buffer.from(action.text)) {
      yield { kind: "send-bytes", bytes: Uint8Array.of(byte) };
      yield { kind: "wait", ms };
    }
    yield { kind: "send", text: "", tokens: action.tokens };
  }
}

/** Applies what a behaviour does to every byte on the wire, whatever is sent. */
export function rewriteScript(script: Script, { isCrlf, isSplit, dripMs }: Behaviour): Script {
  let rewritten = script;
  if (isCrlf) rewritten = withCrlf(rewritten);
  if (isSplit) rewritten = withSplits(rewritten);
  return dripMs === null ? rewritten : withDrip(rewritten, dripMs);
}
