import { type Configuration, webhookSecretsOf } from "@composite-llm/configuration";
import { toRunObject } from "@composite-llm/contracts";
import type { Clock } from "@composite-llm/core";
import type { WebhookOutcome, WebhookTask } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";
import { type Posted, postWebhook } from "./post-webhook.ts";
import type { Resolve } from "./public-lookup.ts";
import { signWebhook } from "./sign-webhook.ts";

export interface SendWebhookDeps {
  /** What the configuration says of webhooks and of who may sign them now. */
  settings(): Pick<Configuration, "apiKeys" | "webhooks">;
  clock: Clock;
  resolve: Resolve;
  logger: Logger;
}

const TIMEOUT_MS = 10_000;
/** By this a receiver says that it wants no more of them. */
const GONE = 410;

function outcomeOf(posted: Posted): WebhookOutcome {
  if ("refused" in posted) return "refused";
  if ("failed" in posted) return "failed";
  if (posted.status >= 200 && posted.status < 300) return "delivered";
  return posted.status === GONE ? "refused" : "failed";
}

/** Tells a client's server how its run ended. The same run always has the same `webhook-id`. */
export async function sendWebhook(task: WebhookTask, { settings, clock, resolve, logger }: SendWebhookDeps): Promise<WebhookOutcome> {
  const { webhook, stored, journal, tryNumber, isLastTry } = task;
  const configuration = settings();
  const secret = webhookSecretsOf(stored.caller, configuration).get(webhook.secret);
  const run = toRunObject(stored, journal, clock.now());
  const body = JSON.stringify({ type: `run.${run.status}`, timestamp: run.ended_at, data: run });
  const posted: Posted =
    secret === undefined
      ? { refused: "its secret is no longer in the configuration, or no longer its caller's" }
      : await postWebhook({
          url: webhook.url,
          headers: signWebhook(secret, `msg_${stored.run}`, clock.now(), body),
          body,
          allowPrivate: configuration.webhooks.allowPrivate,
          timeoutMs: TIMEOUT_MS,
          resolve,
        });
  const outcome = outcomeOf(posted);
  const line = { run: stored.run, host: new URL(webhook.url).host, try: tryNumber, ...posted };
  if (outcome === "delivered") logger.info(line, "webhook delivered");
  else if (outcome === "failed" && !isLastTry) logger.info(line, "webhook not taken, it will be tried again");
  else logger.warn(line, "webhook given up");
  return outcome;
}
