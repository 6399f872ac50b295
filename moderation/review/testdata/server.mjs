// Starts the Chromium of all scripts, says its address, and ends it when the standard input ends: node server.mjs MODULES CHROMIUM
import { createRequire } from "node:module";

const [modules, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(modules + "/")("playwright-core");
const timeout = 120_000; // ms: a busy machine takes its time to start a browser
const server = await chromium.launchServer({
  executablePath, timeout, args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
});
console.log(server.wsEndpoint());
process.stdin.resume().on("end", async () => {
  await server.close();
  process.exit();
});
