import { runtime } from "./host/bun";
import { run } from "./host/run";

await run(runtime);
