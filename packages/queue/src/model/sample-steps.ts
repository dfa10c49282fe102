/** A step that the model's owners dispatch. */
export interface SampleStep {
  key: string;
  /** Kind of event under which its text is published. */
  publish: "delta" | "member_delta" | null;
  /** Whether it is published as it comes. */
  isStreamed: boolean;
}

/** Silent, streamed and published whole; `~1` is the hedge of a step. */
const SAMPLE_STEPS: readonly SampleStep[] = [
  { key: "final", publish: "delta", isStreamed: true },
  { key: "propose.0.0", publish: null, isStreamed: false },
  { key: "propose.0.0~1", publish: null, isStreamed: false },
  { key: "propose.0.1", publish: "member_delta", isStreamed: true },
  { key: "propose.0.1~1", publish: "member_delta", isStreamed: true },
  { key: "propose.1.0", publish: "member_delta", isStreamed: true },
  { key: "propose.1.1", publish: null, isStreamed: false },
  { key: "review.0.0", publish: "member_delta", isStreamed: false },
];

export function sampleStep(key: string): SampleStep {
  const step = SAMPLE_STEPS.find((sample) => sample.key === key);
  if (step === undefined) throw new Error(`no step ${key}`);
  return step;
}
