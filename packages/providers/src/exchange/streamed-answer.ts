import type { FinishReason, ModelDelta, Usage } from "@composite-llm/contracts";
import type { Answer } from "./answer.ts";
import { MessageBuilder } from "./message-builder.ts";

/** An answer while it streams in: every piece is handed on and folded into the result at the same place. */
export class StreamedAnswer {
  usage: Usage | null = null;
  reportedCostUsd: number | null = null;
  #servedModel: string;
  readonly #choices = new Map<number, { message: MessageBuilder; finishReason: FinishReason | null }>();
  readonly #onDelta: (delta: ModelDelta) => void;
  readonly #onProgress: () => void;

  /**
   * @param onDelta receives pieces with content
   * @param onProgress is told whenever a part of the answer arrived
   */
  constructor(model: string, onDelta: (delta: ModelDelta) => void, onProgress: () => void) {
    this.#servedModel = model;
    this.#onDelta = onDelta;
    this.#onProgress = onProgress;
  }

  named(model: unknown): void {
    if (typeof model === "string" && model !== "") this.#servedModel = model;
  }

  add(delta: ModelDelta): void {
    this.#choice(delta.choice).message.add(delta);
    this.#onProgress();
    this.#onDelta(delta);
  }

  finish(choice: number, reason: FinishReason): void {
    this.#choice(choice).finishReason = reason;
    this.#onProgress();
  }

  /** Whether every choice that began has ended. */
  get isComplete(): boolean {
    if (this.#choices.size === 0) return false;
    for (const { finishReason } of this.#choices.values()) if (finishReason === null) return false;
    return true;
  }

  get partialText(): string {
    return this.#choices.get(0)?.message.text ?? "";
  }

  build(): Answer {
    const choices = [...this.#choices.entries()]
      .toSorted(([left], [right]) => left - right)
      .map(([index, { message, finishReason }]) => {
        const choice = { index, message: message.build(), finish_reason: finishReason };
        return message.logprobs === null ? choice : { ...choice, logprobs: message.logprobs };
      });
    return { servedModel: this.#servedModel, choices, usage: this.usage, reportedCostUsd: this.reportedCostUsd };
  }

  #choice(index: number): { message: MessageBuilder; finishReason: FinishReason | null } {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { message: new MessageBuilder(), finishReason: null };
      this.#choices.set(index, choice);
    }
    return choice;
  }
}
