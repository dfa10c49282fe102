import type { RequestTarget } from "../exchange/vendor-wire.ts";
import type { ProviderConnection } from "../provider.ts";

/** The SDK wants a key even where the header that carries it is left out. */
const NO_KEY = "none";

/**
 * Lets Anthropic's client build one request, for its address and headers; every call of a connection has the same. Nothing is
 * taken from the environment or from profiles on the machine: a key given in code switches both off.
 */
export async function loadTarget({ baseUrl, apiKey, auth, headers, query }: ProviderConnection): Promise<RequestTarget> {
  // Loaded when it is first needed: a process that makes no such call does without its 17 MB.
  const { Anthropic } = await import("@anthropic-ai/sdk");
  const key = apiKey?.reveal() ?? null;
  const client = new Anthropic({
    apiKey: key ?? NO_KEY,
    // The client's paths begin with /v1 themselves.
    baseURL: baseUrl.replace(/\/+$/, "").replace(/\/v1$/, ""),
    maxRetries: 0,
    webhookKey: null,
    openTelemetry: false,
    defaultQuery: { ...query },
    defaultHeaders: { ...keyHeaders(key, auth), "X-Stainless-Timeout": null, ...headers },
  });
  const { req, url } = await client.buildRequest({ method: "post", path: "/v1/messages", body: {} });
  return { url, headers: Object.fromEntries(new Headers(req.headers)) };
}

function keyHeaders(key: string | null, auth: ProviderConnection["auth"]): Record<string, string | null> {
  if (auth === "bearer") return key === null ? { Authorization: null } : {};
  const name = auth === "api-key-header" ? "api-key" : "x-api-key";
  return { Authorization: null, [name]: key };
}
