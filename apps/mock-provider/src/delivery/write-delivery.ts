import { type Answer, outputTokensOf } from "../answer/answer.ts";
import type { Behaviour } from "../behaviour/behaviour.ts";
import type { Ask } from "../wires/ask.ts";
import type { Envelope, Wire } from "../wires/wire.ts";
import type { Action } from "./action.ts";
import { rewriteScript } from "./rewrite-script.ts";
import { writeBody } from "./write-body.ts";
import { writeStream } from "./write-stream.ts";

export interface Delivery {
  wire: Wire;
  ask: Ask;
  answer: Answer;
  behaviour: Behaviour;
  envelope: Envelope;
  latencyMs: number;
  headers: Record<string, string>;
  requestId: string;
}

const SSE_HEADERS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
const JSON_HEADERS = { "content-type": "application/json" };

function countOutput(answer: Answer): number {
  return answer.choices.reduce((sum, choice) => sum + outputTokensOf(choice), 0);
}

function* writeBomb({ wire, ask, answer, behaviour, envelope, headers }: Delivery): Generator<Action> {
  const type = ask.stream ? SSE_HEADERS : JSON_HEADERS;
  yield { kind: "head", status: 200, headers: { ...headers, ...type, "content-encoding": "gzip" } };
  let text = "";
  if (ask.stream) {
    const frames = wire.toFrames(answer, ask, envelope);
    text = [frames.opening, ...Array.from(frames.content, (frame) => frame.text), frames.closing, frames.end].join("");
  } else text = wire.toJson(answer, ask, envelope);
  yield { kind: "bomb", text, megabytes: behaviour.bombMegabytes, tokens: countOutput(answer) };
  yield { kind: "end" };
}

function* writeAnswer(delivery: Delivery): Generator<Action> {
  const { wire, ask, answer, behaviour, envelope, headers, requestId } = delivery;
  if (ask.stream) {
    yield { kind: "head", status: 200, headers: { ...headers, ...SSE_HEADERS } };
    yield* writeStream(wire.toFrames(answer, ask, envelope), wire, behaviour);
    return;
  }
  const tokens = countOutput(answer);
  const { ttftMs: firstMs, tokensPerSecond } = behaviour;
  const ms = tokensPerSecond === null ? 0 : (Math.max(0, tokens - 1) * 1000) / tokensPerSecond;
  if (firstMs + ms > 0) yield { kind: "generate", firstMs, ms, tokens };
  else yield { kind: "send", text: "", tokens };
  const toErrorJson = (): string => wire.toErrorBody(wire.toProblem({ kind: "status", status: 500 }, envelope.model), requestId);
  yield* writeBody({ json: wire.toJson(answer, ask, envelope), toErrorJson, headers: { ...headers, ...JSON_HEADERS } }, behaviour);
}

/** Everything that happens on the connection of an answered request. */
export function* writeDelivery(delivery: Delivery): Generator<Action> {
  yield { kind: "wait", ms: delivery.latencyMs };
  if (delivery.behaviour.hasNoHeaders) yield { kind: "silence" };
  else if (delivery.behaviour.bombMegabytes > 0) yield* writeBomb(delivery);
  else yield* rewriteScript(writeAnswer(delivery), delivery.behaviour);
}
