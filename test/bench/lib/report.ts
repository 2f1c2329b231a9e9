import { OPERATIONS, type Operation } from "../client/dialects";
import { CONTESTANTS, type ContestantName } from "../contestants/contestants";
import { type Bar, bars, type Results } from "./bars";
import type { Measured } from "./stage";
import { SHARE } from "./turns";

/** The results as Markdown. Ratios are what travels from one machine to another; the rest is for the curious. */
export function report(results: Results): string {
  return [
    "# Benchmark",
    settingOf(results),
    "## Bars",
    barsTable(results),
    "## Side by side",
    "Requests/s as a share of the bound's, of better-auth's and of plain Prisma's; medians of interleaved rounds, 32\n" +
      "connections.",
    ratiosTable(results),
    detailsTable(results),
    proofCost(results),
    "## Growth, workers and client",
    rest(results),
    "",
  ].join("\n\n");
}

/** What the page on performance shows first. */
export function summary(results: Results): string {
  const parts = [barsTable(results), ratiosTable(results), proofCost(results), settingOf(results)];
  return parts.filter(Boolean).join("\n\n");
}

/** What a DPoP proof adds to a refresh, of the same run. */
function proofCost({ rates }: Results): string {
  const { server: unbound } = rates.refresh;
  const server = rates.refresh_bound?.server;
  if (!server || !unbound) return "";
  const added = (of: "serverCpu" | "databaseCpu") => micro(server[of] - unbound[of]);
  return (
    `A refresh of a session that is bound to its device (DPoP), as the SDK's are: ${whole(server.perSecond)}/s, ` +
    `${(server.perSecond / unbound.perSecond).toFixed(2)} × an unbound one's ${whole(unbound.perSecond)}/s. The proof adds ` +
    `${added("serverCpu")} of the server's CPU and ${added("databaseCpu")} of the database's. The client signs its proofs ` +
    "before the time that is measured begins."
  );
}

/** What the page on performance shows of growth, workers and the client. */
export function rest({ growth, workers, client }: Results): string {
  return [
    table(
      ["operation", "small database, requests/s", "full database, requests/s", "median share of a round"],
      (["refresh", "me"] as const).map((name) => [
        name,
        whole(growth[name].small.perSecond),
        whole(growth[name].full.perSecond),
        `${growth[name].share.toFixed(2)} ×`,
      ]),
    ),
    `Of ${growth.updates.all} updates of the session table ${growth.updates.hot} were HOT ` +
      `(${((100 * growth.updates.hot) / growth.updates.all).toFixed(1)} %). The clean-up deleted ${growth.cleanUp.deleted} ` +
      `sessions in batches of ${growth.cleanUp.batch}; p99 of refreshes ${growth.cleanUp.quiet.toFixed(1)} ms before, ` +
      `${growth.cleanUp.busy.toFixed(1)} ms meanwhile.`,
    `An hour of a game, each process with ${SHARE} of a core: one ${whole(workers.one.perSecond)}/s on ` +
      `${cores(workers.one.serverCpu, workers.one)} cores, two ${whole(workers.two.perSecond)}/s on ` +
      `${cores(workers.two.serverCpu, workers.two)}; the client took ${cores(workers.two.clientCpu, workers.two)} and ` +
      `the database ${cores(workers.two.databaseCpu, workers.two)} of a core meanwhile.`,
    `The client alone, against the bound's rejections: ${whole(client.perSecond)}/s, ${micro(client.clientCpu)} of CPU ` +
      "a request.",
  ].join("\n\n");
}

/** What the page on scale reckons with. */
export function footprintOf({ footprint, growth, rates }: Results): string {
  return [
    table(
      ["table", "rows", "bytes a row", "bytes a row in indexes"],
      footprint.map(({ table: name, rows, heap, indexes }) => [
        `\`${name}\``,
        whole(rows),
        whole(heap),
        whole(indexes),
      ]),
    ),
    table(
      ["request", "server CPU", "database CPU", "write-ahead log"],
      [
        ...(["login_new", "login_returning", "refresh", "refresh_bound", "me", "rename"] as const).flatMap(
          (name) => {
            const { server } = rates[name];
            return server ? [costRow(OPERATIONS[name], server)] : [];
          },
        ),
        costRow("refresh, spread over 5,000,000 sessions", growth.refresh.full),
        costRow("me, spread over 5,000,000 sessions", growth.me.full),
      ],
    ),
  ].join("\n\n");
}

function costRow(name: string, { serverCpu, databaseCpu, walBytes }: Measured): string[] {
  return [name, micro(serverCpu), micro(databaseCpu), `${whole(walBytes)} bytes`];
}

function settingOf({ setting }: Results): string {
  return Object.entries(setting)
    .map(([name, value]) => `${name}: ${value}`)
    .join(" · ");
}

function barsTable(results: Results): string {
  return table(["bar", "wanted", "measured", ""], bars(results).map(barRow));
}

function ratiosTable(results: Results): string {
  return table(
    ["operation", "of the bound", "of better-auth", "of plain Prisma"],
    operations(results).map(ratioRow(results)),
  );
}

function detailsTable(results: Results): string {
  return table(
    [
      "operation",
      "who",
      "requests/s",
      "p50 ms",
      "p99 ms",
      "server CPU s/1,000",
      "database CPU s/1,000",
      "RSS MB",
      "WAL bytes",
    ],
    operations(results).flatMap((operation) => detailRows(results, operation)),
  );
}

function operations({ rates }: Results): Operation[] {
  return (Object.keys(OPERATIONS) as Operation[]).filter((operation) => rates[operation]);
}

function barRow({ name, wanted, measured, met }: Bar): string[] {
  return [name, wanted, measured, met ? "met" : "**missed**"];
}

function ratioRow({ rates }: Results) {
  return (operation: Operation) => {
    const server = rates[operation].server?.perSecond ?? Number.NaN;
    const of = (peer: ContestantName) => {
      const other = rates[operation][peer]?.perSecond;
      return other ? `${(server / other).toFixed(2)} ×` : "–";
    };
    return [OPERATIONS[operation], of("bound"), of("better-auth"), of("prisma")];
  };
}

function detailRows({ rates }: Results, operation: Operation): string[][] {
  return (Object.entries(rates[operation]) as [ContestantName, Measured][]).map(([name, row], index) => [
    index === 0 ? OPERATIONS[operation] : "",
    CONTESTANTS[name],
    whole(row.perSecond),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    row.serverCpu.toFixed(3),
    row.databaseCpu.toFixed(3),
    whole(row.residentMegabytes),
    whole(row.walBytes),
  ]);
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** How many cores a part of the work kept busy. */
function cores(cpu: number, { perSecond }: Measured): string {
  return ((cpu * perSecond) / 1_000).toFixed(2);
}

/** CPU seconds for 1,000 requests, as microseconds for one. */
function micro(cpu: number): string {
  return `${Math.round(cpu * 1_000)} µs`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
