import type { LimitsBoard, ProviderPart, ProviderState } from "@composite-llm/queue";

export interface FakeLimitsBoard extends LimitsBoard {
  /** What is known of each provider. */
  readonly states: ProviderState[];
  /** Expected waits in ms, by `provider/model`. */
  readonly waits: Map<string, number>;
  /** What was done, as `pause openai` with the part that was meant. */
  readonly done: [operation: string, part: ProviderPart][];
  isDown: boolean;
}

/** A LimitsBoard that knows what the test says. */
export function createFakeLimitsBoard(): FakeLimitsBoard {
  const checkUp = (): void => {
    if (board.isDown) throw new Error("the limits' Redis is out");
  };
  const operate =
    (operation: string): LimitsBoard["pause"] =>
    async (provider, part) => {
      checkUp();
      board.done.push([`${operation} ${provider}`, part]);
      return board.states.some((state) => state.provider === provider);
    };
  const board: FakeLimitsBoard = {
    states: [],
    waits: new Map(),
    done: [],
    isDown: false,
    providers: async () => {
      checkUp();
      return board.states;
    },
    look: async () => undefined,
    expectedWaitMs: (provider, model) => board.waits.get(`${provider}/${model}`) ?? null,
    pause: operate("pause"),
    drain: operate("drain"),
    resume: operate("resume"),
    close: async () => undefined,
  };
  return board;
}
