import type { ChatCompletion, Delivery, RunEvent } from "@composite-llm/contracts";
import { ApiError, type ApiErrorBody, type RunId } from "@composite-llm/core";
import { ChoiceProgress } from "./choice-progress.ts";
import { type ChunkFormat, DONE } from "./chunk-format.ts";

export interface ChatStreamOptions {
  run: RunId;
  format: ChunkFormat;
  delivery: Pick<Delivery, "includeUsage" | "streamEvents" | "streamMembers">;
  /** What happens when the final stage begins again after a part of its answer was sent. */
  restart: "error" | "buffer";
  /** Takes what is to be sent next. */
  send(text: string): void;
  /** Called once, after the last `send`, with whether everything of the answer was told. */
  onEnd(told: "answer" | "error"): void;
}

/** Turns the events of a run into the chunks of an OpenAI stream. */
export interface ChatStream {
  onEvent(event: RunEvent): void;
  onLost(reason: Error): void;
}

type DeltaEvent = Extract<RunEvent, { kind: "delta" }>;

/**
 * Everything a client gets of a choice adds up to the committed answer: what the deltas left out is sent with `finished`.
 * A stream ends with `[DONE]` only when it told everything, and with an `error` chunk otherwise.
 */
export function createChatStream({ run, format, delivery, restart, send, onEnd }: ChatStreamOptions): ChatStream {
  const choices = new Map<number, ChoiceProgress>();
  const attempts = new Map<string, number>();
  let isOver = false;

  const end = (text: string, told: "answer" | "error"): void => {
    if (isOver) return;
    isOver = true;
    send(text);
    onEnd(told);
  };
  const fail = (error: ApiErrorBody): void => end(format.error(error), "error");

  const progressOf = (choice: number): ChoiceProgress => {
    const known = choices.get(choice);
    if (known !== undefined) return known;
    const fresh = new ChoiceProgress();
    choices.set(choice, fresh);
    return fresh;
  };

  const restarted = (): void => {
    // What was sent cannot be taken back, and the new text will differ. The run goes on and keeps its result.
    fail(
      new ApiError(
        "upstream_error",
        `The final stage began again after a part of its answer had been sent; run ${run} goes on without this stream.`,
        {
          composite: { run_id: run },
        },
      ).body,
    );
  };

  const isBegun = (): boolean => [...choices.values()].some((progress) => progress.hasBegun);

  const passDelta = ({ data }: DeltaEvent): void => {
    if (restart === "buffer") return;
    const attempt = attempts.get(data.step);
    if (attempt !== undefined && data.stream_attempt > attempt && isBegun()) return restarted();
    if (attempt === undefined || data.stream_attempt > attempt) attempts.set(data.step, data.stream_attempt);
    const choice = data.choice ?? 0;
    const delta = progressOf(choice).advance(data);
    if (delta !== null || data.logprobs !== undefined) send(format.delta(choice, delta ?? {}, data.logprobs));
    return undefined;
  };

  const finish = (completion: ChatCompletion): void => {
    let text = "";
    for (const choice of completion.choices) {
      const rest = progressOf(choice.index).complete(choice);
      if (rest !== null) text += format.delta(choice.index, rest);
    }
    for (const [position, choice] of completion.choices.entries()) {
      const isLast = position === completion.choices.length - 1;
      text += format.finish(choice.index, choice.finish_reason, isLast ? completion.composite : null);
    }
    if (delivery.includeUsage) text += format.usage(completion.usage);
    end(text + DONE, "answer");
  };

  return {
    onEvent: (event) => {
      if (isOver) return;
      switch (event.kind) {
        case "delta":
          return passDelta(event);
        case "reset":
          return restart === "error" && isBegun() ? restarted() : undefined;
        case "finished":
          return finish(event.data.completion);
        case "error":
          return fail(event.data.error);
        case "member_delta":
          return delivery.streamMembers ? send(format.event(event)) : undefined;
        default:
          return delivery.streamEvents ? send(format.event(event)) : undefined;
      }
    },
    onLost: () =>
      fail(new ApiError("queue_unavailable", `The events of run ${run} cannot be read any further.`, { composite: { run_id: run } }).body),
  };
}
