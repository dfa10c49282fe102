import { nearestName } from "@composite-llm/core";
import { z } from "zod";
import { describeIssue } from "./describe-issue.ts";
import { formatPath } from "./format-path.ts";
import { invalidRequest } from "./invalid-request.ts";

const name = z.string().min(1).max(256);
const providerPart = z.strictObject({ key: name.exactOptional(), model: name.exactOptional() });

/** Which part of a provider an operator means: one of its keys, a model, a model under one key; with neither, all of it. */
export type ProviderPartBody = z.output<typeof providerPart>;

/** @throws ApiError `invalid_request` for anything but an object with the names of a key and a model, or one of them, or neither */
export function parseProviderPart(body: unknown): ProviderPartBody {
  const parsed = providerPart.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw invalidRequest(null, "The body cannot be read.");
  if (issue.code === "unrecognized_keys") {
    const [field = ""] = issue.keys;
    const near = nearestName(field, Object.keys(providerPart.shape));
    const hint = near === null ? "It takes key and model, or nothing." : `Did you mean ${near}?`;
    throw invalidRequest(formatPath([field]), `The body has an unknown field. ${hint}`);
  }
  const { path, message } = describeIssue(issue, body);
  throw invalidRequest(formatPath(path), `${message}.`);
}
