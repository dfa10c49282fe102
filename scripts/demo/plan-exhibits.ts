/** A request of the demo. */
export interface Exhibit {
  title: string;
  /** Model and options of the chat completion. */
  request: { model: string; max_tokens?: number; composite: Record<string, unknown> };
}

/** Who answers in the demo. */
export type DemoCast =
  /** Simulated models of two vendors. */
  | { kind: "simulated" }
  /** The small model that the demo brings along; it never knows when to stop. */
  | { kind: "small"; model: string }
  /** A model that the user named or has: alone, and three times in the panels. */
  | { kind: "own"; model: string };

/** Asks mock-provider for a pace that an eye can follow; its documentation has the words. */
const PACE = "-mock-lognormal-500-60-ttft-300-tps-40";

const ANSWER_TOKENS = 64;
const BALLOT_TOKENS = 128;

interface Panel {
  base: string;
  members?: unknown[];
  reviewers?: unknown[];
  maxTokens?: number;
}

function toPanel(cast: DemoCast): Panel {
  switch (cast.kind) {
    case "simulated": {
      const members = ["anthropic/claude-haiku-4-5", "gemini/gemini-2.5-pro", "anthropic/claude-sonnet-4-5"];
      return { base: `anthropic/claude-sonnet-4-5${PACE}`, members: members.map((model) => `${model}${PACE}`) };
    }
    case "small": {
      const three = (tokens: number): unknown[] => [{ model: cast.model, count: 3, params: { max_tokens: tokens } }];
      return { base: cast.model, members: three(ANSWER_TOKENS), reviewers: three(BALLOT_TOKENS), maxTokens: ANSWER_TOKENS };
    }
    case "own":
      return { base: cast.model };
  }
}

/** The same question to a model alone, to a mixture of agents and to a council. */
export function planExhibits(cast: DemoCast): Exhibit[] {
  const { base, members, reviewers, maxTokens } = toPanel(cast);
  const cap = maxTokens === undefined ? {} : { max_tokens: maxTokens };
  // Who ends the demo does not come back for the answer.
  const events = { stream_events: true, on_disconnect: "cancel" };
  return [
    { title: "One model alone", request: { model: base, ...cap, composite: events } },
    {
      title: "Mixture of agents",
      request: { model: `composite/moa/${base}`, ...cap, composite: { ...events, ...(members && { proposers: members }) } },
    },
    {
      title: "Council",
      request: {
        model: `composite/council/${base}`,
        ...cap,
        composite: { ...events, ...(members && { council_models: members }), ...(reviewers && { review_models: reviewers }) },
      },
    },
  ];
}
