import { type ChatCompletionChunk, chatCompletionChunk } from "@composite-llm/openai-api";

export interface ReadStream {
  chunks: ChatCompletionChunk[];
  isDone: boolean;
  pings: number;
}

/** Reads the text of a stream as strictly as the most literal client: only data lines, comments, and blank lines between events. */
export function readSse(text: string): ReadStream {
  const chunks: ChatCompletionChunk[] = [];
  let isDone = false;
  let pings = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    if (line === ": ping") pings += 1;
    else if (isDone) throw new Error(`after [DONE] came ${line}`);
    else if (line === "data: [DONE]") isDone = true;
    else if (line.startsWith("data: {")) chunks.push(chatCompletionChunk.parse(JSON.parse(line.slice("data: ".length))));
    else throw new Error(`no line of an OpenAI stream: ${line}`);
  }
  return { chunks, isDone, pings };
}

/** What a client puts together of one choice. */
export function assemble(chunks: readonly ChatCompletionChunk[], choice = 0) {
  const whole = { role: "", content: "", refusal: "", reasoning: "", finishReasons: [] as string[] };
  const calls: { id: string; name: string; arguments: string }[] = [];
  for (const chunk of chunks) {
    for (const { index, delta, finish_reason: finishReason } of chunk.choices) {
      if (index !== choice) continue;
      whole.role += delta.role ?? "";
      whole.content += delta.content ?? "";
      whole.refusal += delta.refusal ?? "";
      whole.reasoning += delta.reasoning_content ?? "";
      if (finishReason !== null) whole.finishReasons.push(finishReason);
      for (const piece of delta.tool_calls ?? []) {
        calls[piece.index] ??= { id: "", name: "", arguments: "" };
        const call = calls[piece.index] ?? { id: "", name: "", arguments: "" };
        call.id += piece.id ?? "";
        call.name += piece.function?.name ?? "";
        call.arguments += piece.function?.arguments ?? "";
      }
    }
  }
  return { ...whole, calls };
}
