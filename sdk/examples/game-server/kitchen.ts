import type { ServerWebSocket } from "bun";
import { GameServer } from "../../src/server/index.ts";
import { Chef } from "./chef.ts";

export type KitchenOptions = { backendUrl: string; key: string; port: number };

/** Who has not shown a ticket by then is not let in. */
const TICKET_SECONDS = 10;

/** RFC 6455 §7.4.2: for what a game is told, there are codes from 4000 on. */
const NOT_LET_IN = 4_401;
const UNAVAILABLE = 4_503;

type Seat = { chef: Chef | null; isAsking: boolean; late?: Timer };
type Guest = ServerWebSocket<Seat>;

/**
 * A kitchen where chefs see each other. The first message of a game is its ticket, `{ticket}`, from `getJoinTicket()`;
 * nobody is anybody before. Then it sends `{x, y, carries}` as its chef walks and `{served: true}` for a soup, and is sent
 * `{chefs: [{id, name, x, y, carries}]}`. Who leaves gets a star for each soup, by the account server.
 */
export function startKitchen({ backendUrl, key, port }: KitchenOptions) {
  const accounts = new GameServer({ backendUrl, key });
  const guests = new Set<Guest>();
  const reports = new Set<Promise<unknown>>();

  const tellAll = () => {
    const chefs = [...guests].flatMap(({ data: { chef } }) => (chef ? [chef.shown] : []));
    for (const guest of guests) if (guest.data.chef) guest.send(JSON.stringify({ chefs }));
  };

  async function letIn(guest: Guest, ticket: unknown): Promise<void> {
    if (guest.data.isAsking) return;
    guest.data.isAsking = true;
    try {
      const { user } = await accounts.redeemJoinTicket(String(ticket));
      clearTimeout(guest.data.late);
      // One chef for a player: another tab takes over.
      for (const other of guests) if (other.data.chef?.id === user.id) other.close(NOT_LET_IN, "elsewhere");
      if (guest.readyState === WebSocket.OPEN) guest.data.chef = new Chef(user.id, user.name, Date.now());
      tellAll();
    } catch (error) {
      const { code } = error as { code?: string };
      guest.close(code === "invalid_ticket" ? NOT_LET_IN : UNAVAILABLE, code);
    }
  }

  function leave({ data: { chef, late } }: Guest): void {
    clearTimeout(late);
    if (!chef?.served) return;
    const report = accounts
      .updateProgress(chef.id, { stars: chef.served })
      .catch((error) => console.error(`${chef.served} stars of ${chef.id} are not reported:`, error))
      .finally(() => reports.delete(report));
    reports.add(report);
  }

  const server = Bun.serve<Seat>({
    hostname: "127.0.0.1",
    port,
    fetch(request, server) {
      const data = { chef: null, isAsking: false };
      return server.upgrade(request, { data })
        ? undefined
        : new Response("A WebSocket is expected.", { status: 426 });
    },
    websocket: {
      maxPayloadLength: 8_192,
      open(guest) {
        guests.add(guest);
        guest.data.late = setTimeout(() => guest.close(NOT_LET_IN, "no ticket"), TICKET_SECONDS * 1_000);
      },
      message(guest, text) {
        const said = parsed(String(text));
        const { chef } = guest.data;
        if (!chef) return void letIn(guest, said.ticket);
        if (said.served === true) chef.serve(Date.now());
        else chef.move(said);
        tellAll();
      },
      close(guest) {
        guests.delete(guest);
        leave(guest);
        tellAll();
      },
    },
  });

  return {
    url: `ws://localhost:${server.port}`,
    /** Everybody leaves; resolves once what they have won is reported. */
    async stop(): Promise<void> {
      for (const guest of guests) guest.close();
      await server.stop(true);
      await Promise.all(reports);
    },
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
