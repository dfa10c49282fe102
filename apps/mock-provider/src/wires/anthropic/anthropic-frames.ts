import type { Answer, AnswerChoice } from "../../answer/answer.ts";
import { groupPieces } from "../../answer/group-pieces.ts";
import type { Ask } from "../ask.ts";
import type { Envelope, Frame, Frames } from "../wire.ts";
import { SIGNATURE } from "./anthropic-json.ts";
import { toAnthropicUsage, toStopDetails, toStopReason } from "./anthropic-parts.ts";

const PING = `event: ping\ndata: {"type": "ping"}\n\n`;

function toEvent(type: string, data: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

interface Block {
  start: Record<string, unknown>;
  deltaType: string;
  deltaField: string;
  pieces: readonly string[];
  /** A last delta, such as a signature. */
  closing?: Record<string, unknown>;
}

function toBlocks(choice: AnswerChoice): Block[] {
  const blocks: Block[] = [];
  if (choice.reasoning.length > 0) {
    const start = { type: "thinking", thinking: "", signature: "" };
    const closing = { type: "signature_delta", signature: SIGNATURE };
    blocks.push({ start, deltaType: "thinking_delta", deltaField: "thinking", pieces: choice.reasoning, closing });
  }
  if (choice.pieces.length > 0) {
    blocks.push({ start: { type: "text", text: "", citations: null }, deltaType: "text_delta", deltaField: "text", pieces: choice.pieces });
  }
  for (const call of choice.toolCalls) {
    const start = { type: "tool_use", id: call.id, name: call.name, input: {} };
    blocks.push({ start, deltaType: "input_json_delta", deltaField: "partial_json", pieces: call.pieces });
  }
  return blocks;
}

function* toBlockFrames({ start, deltaType, deltaField, pieces, closing }: Block, index: number, size: number): Generator<Frame> {
  const ping = index === 0 ? PING : "";
  yield { text: toEvent("content_block_start", { index, content_block: start }) + ping, tokens: 0 };
  const head = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":`;
  for (const { text, tokens } of groupPieces(pieces, size)) {
    yield { text: `${head}{"type":"${deltaType}","${deltaField}":${JSON.stringify(text)}}}\n\n`, tokens };
  }
  if (closing !== undefined) yield { text: `${head}${JSON.stringify(closing)}}\n\n`, tokens: 0 };
  yield { text: toEvent("content_block_stop", { index }), tokens: 0 };
}

/** A message as events: content blocks one after the other, stop reason and usage in `message_delta`. */
export function toAnthropicFrames(answer: Answer, _ask: Ask, { id, model, chunkTokens }: Envelope): Frames {
  const [choice] = answer.choices;
  const finish = choice?.finish ?? "stop";
  const { usage } = answer;
  const message = {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
  };
  function* content(): Generator<Frame> {
    for (const [index, block] of (choice === undefined ? [] : toBlocks(choice)).entries()) yield* toBlockFrames(block, index, chunkTokens);
  }
  const delta = {
    stop_reason: toStopReason(finish),
    stop_sequence: choice?.stopText ?? null,
    stop_details: toStopDetails(finish),
    container: null,
  };
  return {
    opening: toEvent("message_start", {
      message: { ...message, usage: toAnthropicUsage(usage, usage.kind === "tokens" ? Math.min(1, usage.tokens.output) : 0) },
    }),
    content: content(),
    closing: toEvent("message_delta", { delta, usage: toAnthropicUsage(usage) }),
    end: toEvent("message_stop", {}),
  };
}
