import type { Answer, AnswerChoice } from "../../answer/answer.ts";
import { groupPieces } from "../../answer/group-pieces.ts";
import type { Ask } from "../ask.ts";
import type { Envelope, Frame, Frames } from "../wire.ts";
import { toFinishReason, toLogprobs, toOpenaiUsage } from "./openai-parts.ts";

interface Delta {
  delta: string;
  /** Tokens of the text, for logprobs. */
  pieces: readonly string[];
  tokens: number;
}

/** The content of one choice, a delta per chunk. */
function* toDeltas(choice: AnswerChoice, size: number): Generator<Delta> {
  for (const { text, tokens } of groupPieces(choice.reasoning, size))
    yield { delta: `{"reasoning_content":${JSON.stringify(text)}}`, pieces: [], tokens };
  const field = choice.finish === "refusal" ? "refusal" : "content";
  for (const { text, pieces, tokens } of groupPieces(choice.pieces, size))
    yield { delta: `{"${field}":${JSON.stringify(text)}}`, pieces, tokens };
  for (const [index, call] of choice.toolCalls.entries()) {
    const opening = { tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] };
    yield { delta: JSON.stringify(opening), pieces: [], tokens: 0 };
    for (const { text, tokens } of groupPieces(call.pieces, size)) {
      yield { delta: `{"tool_calls":[{"index":${index},"function":{"arguments":${JSON.stringify(text)}}}]}`, pieces: [], tokens };
    }
  }
}

/** The choices' deltas in turns, as a model that writes them side by side. */
function* interleave<Item>(sources: readonly Iterator<Item>[]): Generator<{ item: Item; index: number }> {
  let open = sources.map((source, index) => ({ source, index }));
  while (open.length > 0) {
    const still: typeof open = [];
    for (const entry of open) {
      const next = entry.source.next();
      if (next.done === true) continue;
      yield { item: next.value, index: entry.index };
      still.push(entry);
    }
    open = still;
  }
}

/** A chat completion as chunks: the same id and time on all, usage on a last one without choices. */
export function toOpenaiFrames(answer: Answer, ask: Ask, { id, model, createdMs, chunkTokens }: Envelope): Frames {
  const created = Math.floor(createdMs / 1000);
  const head = `data: {"id":"${id}","object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(model)},"service_tier":"default","system_fingerprint":"fp_simulated"`;
  const tail = ask.streamUsage && answer.usage.kind !== "none" ? `,"usage":null}\n\n` : "}\n\n";
  const chunk = (index: number, delta: string, logprobs: string, finish: string): string =>
    `${head},"choices":[{"index":${index},"delta":${delta},"logprobs":${logprobs},"finish_reason":${finish}}]${tail}`;

  function* content(): Generator<Frame> {
    for (const { item, index } of interleave(answer.choices.map((choice) => toDeltas(choice, chunkTokens)))) {
      const logprobs = ask.logprobs === null || item.pieces.length === 0 ? "null" : JSON.stringify(toLogprobs(item.pieces, ask.logprobs));
      yield { text: chunk(index, item.delta, logprobs, "null"), tokens: item.tokens };
    }
  }

  const opening = answer.choices.map((choice, index) => {
    const hasText = choice.toolCalls.length === 0 && choice.finish !== "refusal";
    return chunk(index, `{"role":"assistant","content":${hasText ? `""` : "null"},"refusal":null}`, "null", "null");
  });
  const finishes = answer.choices.map((choice, index) => chunk(index, "{}", "null", JSON.stringify(toFinishReason(choice.finish))));
  const usage =
    ask.streamUsage && answer.usage.kind !== "none"
      ? [`${head},"choices":[],"usage":${JSON.stringify(toOpenaiUsage(answer.usage))}}\n\n`]
      : [];
  return { opening: opening.join(""), content: content(), closing: [...finishes, ...usage].join(""), end: "data: [DONE]\n\n" };
}
