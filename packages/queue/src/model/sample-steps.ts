/** A step that the model's owners dispatch. */
export interface SampleStep {
  key: string;
  /** Kind of event under which its text is published. */
  publish: "delta" | "member_delta" | null;
  /** Whether it is published as it comes. */
  isStreamed: boolean;
  /** Whether its owner wants to hear when its first request leaves: it may have to hedge it. */
  isWatched?: true;
}

/** Silent, streamed and published whole; `~1` is the hedge of a step, and what stands before a `/` is a composite member. */
export const SAMPLE_STEPS: readonly SampleStep[] = [
  { key: "final", publish: "delta", isStreamed: true },
  { key: "propose.0.0", publish: null, isStreamed: false, isWatched: true },
  { key: "propose.0.0~1", publish: null, isStreamed: false },
  { key: "propose.0.1", publish: "member_delta", isStreamed: true, isWatched: true },
  { key: "propose.0.1~1", publish: "member_delta", isStreamed: true },
  { key: "propose.1.0/propose.0.0", publish: null, isStreamed: false },
  { key: "propose.1.0/final", publish: "member_delta", isStreamed: true },
  { key: "propose.1.1", publish: null, isStreamed: false },
  { key: "review.0.0", publish: "member_delta", isStreamed: false },
];

export const SAMPLE_STAGES = ["propose.0", "propose.1", "propose.1.0/propose.0", "review.0"] as const;

export function sampleStep(key: string): SampleStep {
  const step = SAMPLE_STEPS.find((sample) => sample.key === key);
  if (step === undefined) throw new Error(`no step ${key}`);
  return step;
}

/** The step that a key wins: a hedge stands for the step that it hedges. */
export function wonStep(key: string): string {
  return key.split("~")[0] ?? key;
}

/** The slots by which a step hangs on the stages around it: one for each composite member that it is a part of. */
export function slotsAround(key: string): { stage: string; slot: number }[] {
  const members = key.split("/").slice(0, -1);
  return members.map((_, index) => {
    const [, stage = "", slot] = /^(.*)\.(\d+)$/.exec(members.slice(0, index + 1).join("/")) ?? [];
    return { stage, slot: Number(slot) };
  });
}
