import type { Configuration } from "@composite-llm/configuration";
import type { Webhook } from "@composite-llm/contracts";
import { ApiError } from "@composite-llm/core";
import { findUrlProblem } from "@composite-llm/runtime";

/** @throws ApiError `webhook_not_allowed` for an address that may not be called, or a secret that is not configured */
export function checkWebhook(webhook: Webhook | null, { secrets, allowPrivate }: Configuration["webhooks"]): void {
  if (webhook === null) return;
  const problem = findUrlProblem(webhook.url, allowPrivate);
  if (problem !== null) throw new ApiError("webhook_not_allowed", `webhook.url ${problem}.`, { param: "webhook.url" });
  if (secrets.has(webhook.secret)) return;
  throw new ApiError("webhook_not_allowed", "webhook.secret is not the name of a secret in webhooks.secrets of the configuration.", {
    param: "webhook.secret",
  });
}
