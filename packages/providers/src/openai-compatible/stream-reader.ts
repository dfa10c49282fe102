import type { ModelDelta, ModelRequest, ToolCallDelta } from "@composite-llm/contracts";
import { isRecord, type JsonObject } from "@composite-llm/core";
import { objectField, objectsField, textField } from "../exchange/json-fields.ts";
import type { StreamedAnswer } from "../exchange/streamed-answer.ts";
import { ToolCallPieces } from "../exchange/tool-call-pieces.ts";
import { StreamError, type StreamReader } from "../exchange/vendor-wire.ts";
import type { ServerSentEvent } from "../http/server-sent-events.ts";
import type { ProviderConnection } from "../provider.ts";
import { contentText } from "./dialects/content-text.ts";
import { parseFinishReason } from "./finish-reason.ts";
import { parseError } from "./parse-error.ts";
import { parseReportedCost, parseUsage } from "./parse-usage.ts";

export function createStreamReader(_request: ModelRequest, answer: StreamedAnswer, connection: ProviderConnection): StreamReader {
  return new ChunkReader(answer, connection);
}

/** Reads `chat.completion.chunk` events. */
class ChunkReader implements StreamReader {
  readonly answer: StreamedAnswer;
  readonly #connection: ProviderConnection;
  readonly #calls = new Map<number, ToolCallPieces>();
  #id = "chatcmpl";

  constructor(answer: StreamedAnswer, connection: ProviderConnection) {
    this.answer = answer;
    this.#connection = connection;
  }

  onEvent({ event, data }: ServerSentEvent): boolean {
    if (data === "[DONE]") return true;
    if (data === "") return false;
    const chunk: unknown = JSON.parse(data);
    const error = event === "error" || (isRecord(chunk) && hasError(chunk)) ? parseError(chunk) : null;
    if (error !== null) throw new StreamError(error);
    if (!isRecord(chunk)) throw new SyntaxError("a chunk is not an object");
    this.#id = textField(chunk, "id") ?? this.#id;
    this.answer.named(chunk["model"]);
    // Groq's own place for it is kept beside the standard one.
    const usage = chunk["usage"] ?? objectField(chunk, "x_groq")["usage"];
    this.answer.usage = parseUsage(usage, this.#connection) ?? this.answer.usage;
    this.answer.reportedCostUsd = parseReportedCost(usage, this.#connection) ?? this.answer.reportedCostUsd;
    for (const choice of objectsField(chunk, "choices")) this.#readChoice(choice);
    return false;
  }

  #readChoice(choice: JsonObject): void {
    if (choice["finish_reason"] === "error") throw new StreamError(parseError({ error: choice["error"] ?? "the model failed" }) ?? FAILED);
    const index = typeof choice["index"] === "number" ? choice["index"] : 0;
    const raw = objectField(choice, "delta");
    const { text, thinking } = contentText(raw["content"]);
    const reasoning = textField(raw, "reasoning_content") ?? textField(raw, "reasoning") ?? thinking;
    const refusal = textField(raw, "refusal");
    const toolCalls = this.#readCalls(index, objectsField(raw, "tool_calls"));
    const delta: ModelDelta = { choice: index };
    if (text !== "") delta.text = text;
    if (reasoning !== "") delta.reasoning = reasoning;
    if (refusal !== null) delta.refusal = refusal;
    if (toolCalls.length > 0) delta.toolCalls = toolCalls;
    if (isRecord(choice["logprobs"])) delta.logprobs = choice["logprobs"];
    if (Object.keys(delta).length > 1) this.answer.add(delta);
    const reason = parseFinishReason(choice["finish_reason"]);
    if (reason !== null) this.answer.finish(index, reason);
  }

  #readCalls(choice: number, raw: JsonObject[]): ToolCallDelta[] {
    if (raw.length === 0) return [];
    let pieces = this.#calls.get(choice);
    if (pieces === undefined) {
      pieces = new ToolCallPieces((index) => `call_${this.#id}_${choice}_${index}`);
      this.#calls.set(choice, pieces);
    }
    const deltas: ToolCallDelta[] = [];
    for (const call of raw) {
      const { index, id: _id, type: _type, function: _function, ...vendor } = call;
      const called = objectField(call, "function");
      const { arguments: input } = called;
      const delta = pieces.next({
        key: typeof index === "number" ? index : null,
        id: textField(call, "id"),
        name: textField(called, "name"),
        arguments: typeof input === "string" ? input : isRecord(input) ? JSON.stringify(input) : "",
        vendor: Object.keys(vendor).length === 0 ? null : vendor,
      });
      if (delta !== null) deltas.push(delta);
    }
    return deltas;
  }
}

const FAILED = { message: "the model failed", type: null, code: null, param: null, status: null, class: null } as const;

function hasError(chunk: JsonObject): boolean {
  return chunk["error"] !== undefined && chunk["error"] !== null;
}
