import type { JobsOptions } from "bullmq";

/** How often a webhook is tried, the first time included. */
export const WEBHOOK_TRIES = 12;

/** After 5 s, 10 s, 20 s and so on, each up to a fifth sooner: the last try is nearly three hours after the first. */
export const WEBHOOK_JOB = {
  attempts: WEBHOOK_TRIES,
  backoff: { type: "exponential", delay: 5000, jitter: 0.2 },
  removeOnComplete: { age: 600 },
  removeOnFail: { age: 600 },
} as const satisfies JobsOptions;
