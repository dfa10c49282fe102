import { runService } from "@composite-llm/runtime";
import { parseConfig } from "./parse-config.ts";
import { startMockProvider } from "./start-mock-provider.ts";

await runService({
  name: "mock-provider",
  async start({ env, logger }) {
    const { ledgerFile, ...config } = parseConfig(env);
    const mock = await startMockProvider({
      ...config,
      ...(ledgerFile === null ? {} : { ledgerFile }),
      onError: (error) => logger.error({ err: error }, "a request failed in the mock itself"),
    });
    return { listening: mock.url, shutdown: () => mock.close() };
  },
});
