import type { Behaviour, Breakage } from "../behaviour/behaviour.ts";
import type { Frames, Wire } from "../wires/wire.ts";
import type { Action } from "./action.ts";

const PING_MS = 50;

/** What happens instead of the rest of an answer, whatever its form. */
export function* breakOff(kind: Breakage["kind"], ping: string): Generator<Action> {
  switch (kind) {
    case "cut":
      yield { kind: "spoil" };
      yield { kind: "end" };
      return;
    case "reset":
    case "half-close":
      yield { kind };
      return;
    case "pings":
      for (;;) {
        yield { kind: "send", text: ping, tokens: 0 };
        yield { kind: "wait", ms: PING_MS };
      }
    default:
      yield { kind: "silence" };
  }
}

function* writeBreakage(kind: Breakage["kind"], wire: Wire): Generator<Action> {
  if (kind === "garbage") {
    yield { kind: "spoil" };
    yield { kind: "send", text: wire.garbageFrame, tokens: 0 };
  } else if (kind === "error") {
    yield { kind: "spoil" };
    yield { kind: "send", text: wire.errorFrame, tokens: 0 };
    yield { kind: "end" };
  } else yield* breakOff(kind, wire.pingFrame);
}

function* writeClosing(frames: Frames, hasEnd: boolean): Generator<Action> {
  yield { kind: "send", text: frames.closing, tokens: 0 };
  if (hasEnd) yield { kind: "send", text: frames.end, tokens: 0 };
  else yield { kind: "spoil" };
  yield { kind: "end" };
}

/** An answer as an event stream, in the model's rhythm, up to where it breaks. */
export function* writeStream(frames: Frames, wire: Wire, behaviour: Behaviour): Generator<Action> {
  const { ttftMs, tokensPerSecond, hasComments } = behaviour;
  const hasEnd = behaviour.breakage?.kind !== "no-end";
  const breakage = hasEnd ? behaviour.breakage : null;
  let chunks = 0;
  let tokens = 0;
  yield { kind: "send", text: frames.opening, tokens: 0 };
  for (const frame of frames.content) {
    if (frame.tokens > 0) {
      if (chunks === breakage?.after) {
        yield* writeBreakage(breakage.kind, wire);
        if (breakage.kind !== "garbage") return;
      }
      chunks += 1;
      tokens += frame.tokens;
      const pace = tokensPerSecond === null ? 0 : ((tokens - 1) * 1000) / tokensPerSecond;
      if (ttftMs + pace > 0) yield { kind: "until", ms: ttftMs + pace };
    }
    if (hasComments) yield { kind: "send", text: ": keep-alive\n\n", tokens: 0 };
    yield { kind: "send", text: frame.text, tokens: frame.tokens };
  }
  // An answer that ends before the place where it was to break, breaks at its end.
  if (breakage !== null && chunks <= breakage.after) {
    yield* writeBreakage(breakage.kind, wire);
    if (breakage.kind !== "garbage") return;
  }
  yield* writeClosing(frames, hasEnd);
}
