/**
 * `npm run verify:long`: everything of `npm test`, with the tests that can be long (soaks, streams for minutes) at their
 * full length, and with processes of the commit before beside ours (PREDECESSOR names another one). Those look at the variable VERIFY.
 */
process.env["VERIFY"] = "long";
await import("./test.ts");
