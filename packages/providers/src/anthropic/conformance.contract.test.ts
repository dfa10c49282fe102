import { describeProvider } from "../conformance/provider-conformance.ts";

describeProvider({
  name: "anthropic",
  wire: "anthropic",
  auth: "x-api-key",
  path: "/anthropic",
  model: "claude-haiku-4-5",
  ownParam: { top_k: 5, service_tier: "standard_only" },
});
