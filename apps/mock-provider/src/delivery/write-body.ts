import type { Behaviour } from "../behaviour/behaviour.ts";
import type { Action } from "./action.ts";
import { breakOff } from "./write-stream.ts";

export interface Body {
  json: string;
  /** What a status 200 with an error says. */
  toErrorJson(): string;
  headers: Record<string, string>;
}

function toHead(headers: Record<string, string>, text: string): Action {
  return { kind: "head", status: 200, headers: { ...headers, "content-length": String(Buffer.byteLength(text)) } };
}

/** An answer as one JSON body, up to where it breaks. */
export function* writeBody({ json, toErrorJson, headers }: Body, behaviour: Behaviour): Generator<Action> {
  const { breakage, hasComments } = behaviour;
  const half = json.slice(0, Math.floor(json.length / 2));
  switch (breakage?.kind) {
    case "cut":
    case "reset":
    case "half-close":
    case "hang":
      yield { kind: "head", status: 200, headers };
      yield { kind: "send", text: half, tokens: 0 };
      yield* breakOff(breakage.kind, "");
      return;
    case "pings":
      yield { kind: "head", status: 200, headers };
      yield* breakOff("pings", " ");
      return;
    case "garbage":
    case "error": {
      const text = breakage.kind === "error" ? toErrorJson() : `${half}\n<not json>`;
      yield { kind: "spoil" };
      yield toHead(headers, text);
      yield { kind: "send", text, tokens: 0 };
      break;
    }
    default: {
      const text = hasComments ? `\n\n${json}` : json;
      yield toHead(headers, text);
      yield { kind: "send", text, tokens: 0 };
    }
  }
  yield { kind: "end" };
}
