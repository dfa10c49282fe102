import { describeProvider } from "../conformance/provider-conformance.ts";

describeProvider({
  name: "openai",
  wire: "openai",
  auth: "bearer",
  path: "/openai/v1",
  // Not one of OpenAI's own: the vendors of the format take parameters that OpenAI does not know.
  model: "qwen3-32b",
  ownParam: { top_k: 5, vendor_options: { deep: [1, 2] } },
});
