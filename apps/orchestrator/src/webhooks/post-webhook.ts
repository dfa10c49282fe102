import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { findUrlProblem } from "@composite-llm/runtime";
import { createPublicLookup, PrivateAddressError, type Resolve } from "./public-lookup.ts";

/** What came of a request: a status, or why there is none. */
export type Posted = { status: number } | { refused: string } | { failed: string };

export interface PostOptions {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Whether addresses of private networks, and plain http, will do. */
  allowPrivate: boolean;
  /** From the name's resolution to the status. */
  timeoutMs: number;
  resolve: Resolve;
}

/** Sends a body to an address that a client gave. Redirects are answers like any other, and of the answer only the status is read. */
export function postWebhook({ url, headers, body, allowPrivate, timeoutMs, resolve }: PostOptions): Promise<Posted> {
  const problem = findUrlProblem(url, allowPrivate);
  if (problem !== null) return Promise.resolve({ refused: `the address ${problem}` });
  const request = new URL(url).protocol === "https:" ? requestSecure : requestPlain;
  return new Promise((settle) => {
    const sending = request(url, {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), "user-agent": "composite-llm", ...headers },
      // A connection of its own: one that is kept was perhaps made under other rules.
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      ...(allowPrivate ? {} : { lookup: createPublicLookup(resolve) }),
    });
    sending.once("response", (response) => {
      settle({ status: response.statusCode ?? 0 });
      response.on("error", () => undefined);
      response.resume();
    });
    sending.on("error", (error) => {
      if (error instanceof PrivateAddressError) settle({ refused: error.message });
      else settle({ failed: error.name === "AbortError" ? `no answer within ${timeoutMs} ms` : error.message });
    });
    sending.end(body);
  });
}
