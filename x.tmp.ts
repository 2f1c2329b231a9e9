import { matchCrashesEmbedded, matchCrashesPostgres } from "./test/faults/match-crashes";
import { prove } from "./test/support/proof";
import { removeImage } from "./test/support/embedded";
for (const [p, n] of [[matchCrashesPostgres, 30], [matchCrashesEmbedded, 8]] as const) {
  const t = performance.now();
  const { losses, checked, rounds } = await prove(p, 7, { rounds: n, until: performance.now() + 200_000 });
  console.log(p.name, rounds, checked, losses, Math.round((performance.now() - t) / 1000));
}
await removeImage();
process.exit(0);
