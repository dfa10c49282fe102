import type { Message, ModelRequest } from "@composite-llm/contracts";
import { isRecord } from "@composite-llm/core";
import type { WireRequest } from "../exchange/vendor-wire.ts";
import type { ProviderConnection } from "../provider.ts";
import { quirksOf } from "./dialects/quirks.ts";

/** Members of a stage share their messages, which are most of a request: they are written out once. */
const written = new WeakMap<readonly Message[], string>();

function writeMessages(messages: readonly Message[]): string {
  let text = written.get(messages);
  if (text === undefined) {
    text = JSON.stringify(messages);
    written.set(messages, text);
  }
  return text;
}

/** The request as it is: messages and parameters have the format already, and what we do not know is passed on untouched. */
export function toRequest({ model, messages, params }: ModelRequest, stream: boolean, connection: ProviderConnection): WireRequest {
  const { model: _model, messages: _messages, stream: _stream, stream_options: streamOptions, ...rest } = params;
  const body: Record<string, unknown> = { ...rest, stream };
  if (stream && quirksOf(connection.preset).refusesStreamOptions !== true) {
    body["stream_options"] = { ...(isRecord(streamOptions) ? streamOptions : {}), include_usage: true };
  }
  return {
    body: `{"model":${JSON.stringify(model)},"messages":${writeMessages(messages)},${JSON.stringify(body).slice(1)}`,
    headers: {},
  };
}
