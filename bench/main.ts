/**
 * `npm run bench`: a panel run next to the same calls made bare, in the same run, as ratios. `npm run bench -- memory`, `-- mock` and `-- profile` measure
 * memory, the mock provider alone, and where the CPU goes; `npm run bench:limits` how provider limits are kept.
 */
const BENCHES = ["fan-out", "memory", "mock-throughput", "profile", "limits"];

const [asked = "fan-out"] = process.argv.slice(2);
const name = asked === "mock" ? "mock-throughput" : asked;
if (BENCHES.includes(name)) {
  await import(`./${name}.ts`);
} else {
  console.error(`There is no bench ${asked}: there are fan-out, memory, mock, profile and limits.`);
  process.exitCode = 1;
}
