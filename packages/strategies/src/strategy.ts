import type {
  Degraded,
  Message,
  ModelResult,
  Params,
  PlannedSlot,
  PlannedStrategy,
  Ranking,
  Role,
  StagePolicy,
} from "@composite-llm/contracts";
import type { FailureClass, JsonObject, Random } from "@composite-llm/core";
import type { z } from "zod";

/** A model as a client names it: `provider/model`, a bare or aliased name, or a composite. */
export interface MemberRef {
  model: string;
  provider?: string | undefined;
  /** How many slots it fills. `plan()` expands it: a draft never has it. */
  count?: number | undefined;
  params?: Params | undefined;
}

/** A slot of which the model is named but not yet resolved to a provider. */
export interface DraftSlot {
  role: Role;
  member: MemberRef;
  /** Where the client or the configuration named it, for error messages: `proposers[1]`. */
  field: string;
  /** Parameters unless the client or the member sets them. */
  defaults?: Params;
}

export interface DraftStage {
  name: string;
  /** Repetition of the stage, from 0. */
  layer: number;
  slots: DraftSlot[];
  /** The strategy's own defaults; configuration, profile and request override them. */
  policy?: Partial<StagePolicy>;
}

/** Every call that a strategy can make, before names are resolved: what estimates and caps are computed from. */
export interface StrategyDraft {
  stages: DraftStage[];
  final: DraftSlot;
}

export interface PlanInput<Options> {
  options: Options;
  /** The model behind the strategy's name: `openai/gpt-5` of `composite/moa/openai/gpt-5`. */
  base: MemberRef;
}

/** One answer of a slot. */
export interface Answer {
  slot: number;
  step: string;
  text: string;
  result: ModelResult;
}

export interface StageOutcome {
  /** In the order of the slots. */
  answers: Answer[];
  failed: { slot: number; class: FailureClass }[];
}

export interface StageRequest {
  /** Name and layer of a planned stage. */
  name: string;
  layer?: number;
  /** The messages of a slot. Slots that get the same array share it on the wire and in provider caches. */
  messages(slot: PlannedSlot): readonly Message[];
  /** Parameters of a slot beyond its member's own, such as a ballot's schema. */
  params?(slot: PlannedSlot): Params;
  /** Leaves a slot out of the stage. */
  skip?(slot: PlannedSlot): boolean;
  /** Whether the run goes on when every slot fails. Otherwise `stage` throws and the run ends with the list. */
  optional?: boolean;
}

/** What a strategy sees. All time, chance and calls come from here. */
export interface StrategyContext<Options> {
  options: Options;
  /** The client's conversation, never to be edited: additions are one trailing message. */
  messages: readonly Message[];
  /** Names and descriptions of the client's tools as text, null when it sent none. */
  toolNotes: string | null;
  plan: PlannedStrategy;
  /** Seeded by the run; the same on every replay, as long as draws happen in the same order. */
  random: Random;
  stage(request: StageRequest): Promise<StageOutcome>;
  /**
   * The last call, streamed to the client, with the client's own parameters and tools. `fallback` is returned in its place, visibly, when there is no
   * time for it or it fails, and nothing of it was seen.
   */
  final(messages: readonly Message[], options?: { params?: Params; fallback?: Answer }): Promise<Answer>;
  /** Records a reviewer's vote for those who watch: slots from best to worst, none for an abstention. */
  ballot(step: string, ranking: number[], critique: string | null): void;
}

export interface StrategyResult {
  /** The answer of `final`, or one of a stage to be returned word for word. */
  answer: Answer;
  ranking?: Ranking[];
  degraded?: Degraded[];
}

/** A strategy: it decides, the engine acts. Pure. */
export interface Strategy<Options extends JsonObject = JsonObject> {
  name: string;
  /** One sentence, for documentation and model lists. */
  description: string;
  /** Every option with a description and a default, names in snake_case; unknown names are refused by the gateway. */
  options: z.ZodObject & z.ZodType<Options>;
  /**
   * Every stage that `plan` can give, whatever the options: the names under which policies may be set. Needed only
   * where the options decide which stages there are.
   */
  stageNames?: readonly string[];
  plan(input: PlanInput<Options>): StrategyDraft;
  run(context: StrategyContext<Options>): Promise<StrategyResult>;
}

/** What can be known of a strategy without executing it: all that the gateway and the configuration need. */
export type StrategyPlanner<Options extends JsonObject = JsonObject> = Omit<Strategy<Options>, "run">;
