import { z } from "zod";
import { byteSize } from "./byte-size.ts";
import { duration } from "./duration.ts";
import { isWebAddress, name, webAddress } from "./names.ts";

const origin = z
  .string()
  .refine(
    (text) => text === "*" || (isWebAddress(text) && new URL(text).origin === text),
    "must be * or an origin such as https://app.example.org, without a path",
  );

export const serverSchema = z
  .strictObject({
    body_limit: byteSize("10MiB").describe("Largest body of a request"),
    cors: z
      .strictObject({
        origins: z.array(origin).default([]).describe("Origins of browser pages that may call the API; `*` for all"),
      })
      .prefault({})
      .describe("Calls from browsers"),
  })
  .prefault({})
  .describe("The HTTP API");

export const apiKeysSchema = z
  .array(
    z.strictObject({
      name: name.describe("The caller's name in records and limits; stays the same when the key is replaced"),
      key: z.string().min(1).describe("The key itself, best as `${VARIABLE}`"),
      models: z.array(z.string().min(1)).min(1).default(["*"]).describe("Model names that it may use, `*` for any characters"),
      weight: z.number().positive().max(1_000).default(1).describe("Share of a busy provider next to other callers"),
      webhook_secrets: z
        .array(name)
        .exactOptional()
        .describe(
          "Names in `webhooks.secrets` that its webhooks may be signed with; unless set, all for the only key, none where there are several",
        ),
    }),
  )
  .default([])
  .describe("Keys of our own clients; without any, also none in API_KEYS, only this machine is answered");

export const toolsSchema = z
  .strictObject({ allow: z.array(z.string().min(1)).default([]).describe("Addresses of tool executors that requests may name") })
  .prefault({})
  .describe("Tools that the engine runs itself");

/** As Standard Webhooks writes it, so that every verification library reads it. */
const signingSecret = z
  .string()
  .regex(
    /^(?:whsec_)?(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=?|[A-Za-z0-9+/]{2}(?:==)?)$/,
    "must be base64, with or without whsec_ in front",
  );

export const webhooksSchema = z
  .strictObject({
    secrets: z
      .record(name, signingSecret)
      .default({})
      .describe("Signing secrets by the name that a request gives, in base64, with or without `whsec_` in front"),
    allow_private: z.boolean().default(false).describe("Whether addresses of private networks may be called"),
  })
  .prefault({})
  .describe("Calls to the client's servers when a run ends");

export const captureSchema = z
  .strictObject({
    content: z.boolean().default(false).describe("Whether prompts and answers are kept in ledger and traces"),
    redact: z.array(z.string().min(1)).default([]).describe("Regular expressions of what is blacked out in kept content"),
    retention: duration("7d").describe("How long content is kept"),
  })
  .prefault({})
  .describe("What is kept of prompts and answers");

export const resultsSchema = z
  .strictObject({ ttl: duration("24h").describe("How long everything of a run stays in Redis after its end") })
  .prefault({})
  .describe("Results of runs");

export const telemetrySchema = z
  .strictObject({
    otlp_url: webAddress.default("http://127.0.0.1:4318").describe("Where traces are sent (OTLP/HTTP)"),
    jaeger_ui: webAddress.default("http://127.0.0.1:16686").describe("Where Jaeger's pages are, for links"),
    sample_ratio: z.number().min(0).max(1).default(1).describe("Share of runs that are traced"),
  })
  .prefault({})
  .describe("Traces");

export const logFileSchema = z
  .strictObject({
    path: z.string().min(1).default("./llm_logs.jsonl").describe("The file, relative to the configuration's folder"),
    enabled: z.boolean().default(false).describe("Whether it is written"),
  })
  .prefault({})
  .describe("One JSON line for each call");
