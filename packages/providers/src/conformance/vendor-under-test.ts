import type { Message, ModelDelta, Params } from "@composite-llm/contracts";
import { Secret, systemClock } from "@composite-llm/core";
import { createProvider } from "../create-provider.ts";
import type { HttpFetch } from "../http/http-fetch.ts";
import type { CallOptions, CallTimeouts, ProviderConnection, ProviderOutcome } from "../provider.ts";

/** What the suite needs to know of a vendor. */
export interface Vendor {
  name: string;
  wire: ProviderConnection["wire"];
  auth: ProviderConnection["auth"];
  /** Path of its base URL at the mock. */
  path: string;
  /** A model that takes every parameter of the suite. */
  model: string;
  /** A parameter that only this vendor has. */
  ownParam: Params;
}

export interface Asked {
  /** What the model does, in the mock's language; plain when absent. */
  behaviour?: string;
  messages?: Message[];
  params?: Params;
  stream?: boolean;
  timeouts?: Partial<CallTimeouts>;
  signal?: AbortSignal;
  headers?: Record<string, string>;
  key?: string;
  onDelta?: (delta: ModelDelta) => void;
  acceptAnyAnswer?: boolean;
}

const KEY = "key-of-the-conformance-suite";
const PATIENT: CallTimeouts = { firstTokenMs: 20_000, idleMs: 20_000, answerMs: 20_000 };

const HELLO: Message[] = [{ role: "user", content: "Hello" }];

/** Calls a vendor at the mock; a test names only what matters to it. */
export function createCaller(vendor: Vendor, mockUrl: () => string, fetch: HttpFetch): (asked: Asked) => Promise<ProviderOutcome> {
  return (asked) => {
    const connection: ProviderConnection = {
      preset: vendor.name,
      wire: vendor.wire,
      baseUrl: `${mockUrl()}${vendor.path}`,
      apiKey: new Secret(asked.key ?? KEY),
      auth: vendor.auth,
    };
    const options: CallOptions = {
      signal: asked.signal ?? new AbortController().signal,
      stream: asked.stream ?? false,
      timeouts: { ...PATIENT, ...asked.timeouts },
    };
    if (asked.onDelta !== undefined) options.onDelta = asked.onDelta;
    if (asked.acceptAnyAnswer !== undefined) options.acceptAnyAnswer = asked.acceptAnyAnswer;
    if (asked.headers !== undefined) options.headers = asked.headers;
    const model = asked.behaviour === undefined ? vendor.model : `${vendor.model}-mock-${asked.behaviour}`;
    const provider = createProvider(connection, { fetch, clock: systemClock });
    return provider.call({ model, messages: asked.messages ?? HELLO, params: asked.params ?? {} }, options);
  };
}
