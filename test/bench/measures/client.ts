import type { Plan } from "../lib/plan";
import type { Measured, Stage } from "../lib/stage";

/** The client against the bound's cheapest answer, to show that it is not what limits the others. */
export async function measureClient(stage: Stage, plan: Plan): Promise<Measured> {
  const population = { users: 320, sessions: 320 };
  const start = await stage.database("client", population);
  const bound = await stage.start("bound", { database: "client" });
  await stage.cast(bound, "client", await stage.players(start, population, 320));
  await stage.measure(bound, "client", "rejected", { requests: plan.warmUp });
  const measured = await stage.measure(bound, "client", "rejected", { seconds: plan.seconds });
  await bound.stop();
  return measured;
}
