import { Secret } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { signWebhook } from "./sign-webhook.ts";

describe("the signature of a webhook", () => {
  // The example of the specification.
  const [id, nowMs, body] = ["msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_456, '{"test": 2432232314}'] as const;
  const signed = {
    "webhook-id": id,
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };

  it.each(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])(
    "is that of Standard Webhooks for %s",
    (secret) => {
      expect(signWebhook(new Secret(secret), id, nowMs, body)).toEqual(signed);
    },
  );

  it("differs with secret, id, time and body", () => {
    const sign = (secret: string, ...rest: [string, number, string]) => signWebhook(new Secret(secret), ...rest)["webhook-signature"];
    const others = [
      sign("c2VjcmV0", id, nowMs, body),
      sign("MfKQ", "msg_2", nowMs, body),
      sign("MfKQ", id, nowMs + 1000, body),
      sign("MfKQ", id, nowMs, ""),
    ];
    expect(new Set([...others, signed["webhook-signature"]]).size).toBe(5);
  });
});
