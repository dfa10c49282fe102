import type { ProviderLimits } from "../mock-limits.ts";

/** A call to the provider, the same in every arm. */
export interface CallShape {
  /** The mock model, directives and all. */
  model: string;
  prompt: string;
  maxTokens: number;
}

/** A running way to keep limits, with a provider of its own. */
export interface RunningArm {
  name: string;
  mockUrl: string;
  /** Hands a call over and waits for nothing. */
  submit(index: number): void;
  /** What became of the calls besides what the provider saw, in words; empty when there is nothing to say. */
  remarks(): string;
  stop(): Promise<void>;
}

export interface ArmOptions {
  call: CallShape;
  /** What the arm knows of the provider's limits; null: nothing. */
  limits: ProviderLimits | null;
  /** Processes that call the provider. */
  callers: number;
}

/** A way to keep limits. */
export interface Arm {
  name: string;
  start(options: ArmOptions): Promise<RunningArm>;
}
