import { type Configuration, webhookSecretsOf } from "@composite-llm/configuration";
import type { Webhook } from "@composite-llm/contracts";
import { ApiError } from "@composite-llm/core";
import { findUrlProblem } from "@composite-llm/runtime";

/** @throws ApiError `webhook_not_allowed` for an address that may not be called, or a secret that is not the caller's */
export function checkWebhook(webhook: Webhook | null, caller: string, configuration: Configuration): void {
  if (webhook === null) return;
  const problem = findUrlProblem(webhook.url, configuration.webhooks.allowPrivate);
  if (problem !== null) throw new ApiError("webhook_not_allowed", `webhook.url ${problem}.`, { param: "webhook.url" });
  if (webhookSecretsOf(caller, configuration).has(webhook.secret)) return;
  // Which names exist is not for everybody to know.
  throw new ApiError(
    "webhook_not_allowed",
    "webhook.secret must name a secret in webhooks.secrets of the configuration that this API key may use (webhook_secrets).",
    { param: "webhook.secret" },
  );
}
