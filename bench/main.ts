/** `npm run bench`: a panel run next to the same calls made bare, in the same run, as ratios. */
await import("./fan-out.ts");
