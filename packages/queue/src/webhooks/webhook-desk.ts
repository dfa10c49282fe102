import type { RunJournal, Webhook } from "@composite-llm/contracts";
import type { StoredRun } from "../gate/run-gate.ts";

/** A webhook that is to be sent now. */
export interface WebhookTask {
  webhook: Webhook;
  /** The run, which has ended. */
  stored: StoredRun;
  journal: RunJournal;
  /** Which try this is, from 1. */
  tryNumber: number;
  isLastTry: boolean;
}

/** `refused`: no later try can end otherwise. */
export type WebhookOutcome = "delivered" | "failed" | "refused";

/** Sends the webhooks of runs that ended. */
export interface WebhookDesk {
  isConsuming(): boolean;
  /** Takes no new one and waits for those under way, at most this long. */
  close(graceMs: number): Promise<void>;
}
