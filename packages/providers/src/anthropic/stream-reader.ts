import type { ModelRequest } from "@composite-llm/contracts";
import { isRecord, type JsonObject } from "@composite-llm/core";
import { objectField, textField } from "../exchange/json-fields.ts";
import type { StreamedAnswer } from "../exchange/streamed-answer.ts";
import { ToolCallPieces } from "../exchange/tool-call-pieces.ts";
import { StreamError, type StreamReader } from "../exchange/vendor-wire.ts";
import type { ServerSentEvent } from "../http/server-sent-events.ts";
import { parseFinishReason } from "./finish-reason.ts";
import { parseError } from "./parse-error.ts";
import { parseUsage } from "./parse-usage.ts";
import { toKeptThinking } from "./translation/kept-thinking.ts";
import { refusalText } from "./translation/refusal-text.ts";

export function createStreamReader(_request: ModelRequest, answer: StreamedAnswer): StreamReader {
  return new MessageReader(answer);
}

/** Reads the events of a streamed message: blocks that begin, grow by deltas and end, one after the other. */
class MessageReader implements StreamReader {
  readonly answer: StreamedAnswer;
  readonly #calls = new ToolCallPieces((index) => `toolu_${index}`);
  /** Thinking blocks so far, kept for the first tool call. */
  readonly #thinking: JsonObject[] = [];
  #hasCalls = false;
  /** The number of the block of the tool call that is open. */
  #openCall: number | null = null;
  /** Whether it got any of its arguments. */
  #hasInput = false;

  constructor(answer: StreamedAnswer) {
    this.answer = answer;
  }

  onEvent({ data }: ServerSentEvent): boolean {
    if (data === "") return false;
    const event: unknown = JSON.parse(data);
    if (!isRecord(event)) throw new SyntaxError("an event is not an object");
    switch (event["type"]) {
      case "message_start":
        this.#start(objectField(event, "message"));
        break;
      case "content_block_start":
        this.#open(event, objectField(event, "content_block"));
        break;
      case "content_block_delta":
        this.#grow(event, objectField(event, "delta"));
        break;
      case "content_block_stop":
        this.#close(event);
        break;
      case "message_delta":
        this.#end(event, objectField(event, "delta"));
        break;
      case "error": {
        const error = parseError(event);
        throw error === null ? new SyntaxError("an error event without an error") : new StreamError(error);
      }
      case "message_stop":
        return true;
      default:
        // Pings, and kinds of events that are added to the API without notice.
        break;
    }
    return false;
  }

  #start(message: JsonObject): void {
    this.answer.named(message["model"]);
    this.answer.usage = parseUsage(message["usage"]);
  }

  #open(event: JsonObject, block: JsonObject): void {
    const { type } = block;
    if (type === "text") this.#text(textField(block, "text"));
    if (type === "thinking" || type === "redacted_thinking") {
      this.#thinking.push({ ...block });
      this.#reason(textField(block, "thinking"));
    }
    if (type === "tool_use") {
      const vendor = this.#hasCalls ? null : toKeptThinking(this.#thinking);
      this.#hasCalls = true;
      this.#hasInput = false;
      this.#call({ key: keyOf(event), id: textField(block, "id"), name: textField(block, "name"), arguments: "", vendor });
      const { input } = block;
      // Servers of the format may send the whole input here; the API itself sends an empty object and then its text.
      if (isRecord(input) && Object.keys(input).length > 0) this.#input(event, JSON.stringify(input));
    }
  }

  #grow(event: JsonObject, delta: JsonObject): void {
    const kept = this.#thinking.at(-1);
    switch (delta["type"]) {
      case "text_delta":
        this.#text(textField(delta, "text"));
        break;
      case "thinking_delta":
        if (kept !== undefined) kept["thinking"] = `${textField(kept, "thinking") ?? ""}${textField(delta, "thinking") ?? ""}`;
        this.#reason(textField(delta, "thinking"));
        break;
      case "signature_delta":
        if (kept !== undefined) kept["signature"] = delta["signature"];
        break;
      case "input_json_delta":
        this.#input(event, textField(delta, "partial_json") ?? "");
        break;
      default:
        break;
    }
  }

  #close(event: JsonObject): void {
    // A call without arguments has an empty text, which clients could not parse.
    if (this.#openCall === keyOf(event) && !this.#hasInput) this.#input(event, "{}");
    this.#openCall = null;
  }

  #end(event: JsonObject, delta: JsonObject): void {
    this.answer.usage = parseUsage(event["usage"], this.answer.usage);
    const refusal = refusalText(delta);
    if (refusal !== null) this.answer.add({ choice: 0, refusal });
    const reason = parseFinishReason(delta["stop_reason"]);
    if (reason !== null) this.answer.finish(0, reason);
  }

  #call(piece: Parameters<ToolCallPieces["next"]>[0]): void {
    this.#openCall = piece.key;
    const delta = this.#calls.next(piece);
    if (delta !== null) this.answer.add({ choice: 0, toolCalls: [delta] });
  }

  #input(event: JsonObject, text: string): void {
    if (text === "") return;
    this.#hasInput = true;
    this.#call({ key: keyOf(event), id: null, name: null, arguments: text, vendor: null });
  }

  #text(text: string | null): void {
    if (text !== null) this.answer.add({ choice: 0, text });
  }

  #reason(reasoning: string | null): void {
    if (reasoning !== null) this.answer.add({ choice: 0, reasoning });
  }
}

function keyOf(event: JsonObject): number {
  return typeof event["index"] === "number" ? event["index"] : 0;
}
