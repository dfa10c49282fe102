import type { Arm } from "./arm.ts";
import { startCallers } from "./start-callers.ts";

/** A limiter in each process (`bottleneck`) that knows nothing of the others. @param isShared whether each was told only its share */
export function createProcessLimiter(name: string, isShared: boolean): Arm {
  return {
    name,
    start: async (options) => {
      const callers = await startCallers(options, "bottleneck-caller.ts", isShared ? 1 / options.callers : 1);
      return {
        name,
        mockUrl: callers.mockUrl,
        submit: (index) => {
          callers.processes[index % callers.processes.length]?.send("call");
        },
        remarks: () => "",
        stop: () => callers.stop(),
      };
    },
  };
}
