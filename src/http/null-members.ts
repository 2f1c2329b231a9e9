import type { TSchema } from "@sinclair/typebox";
import type { AnyElysia } from "elysia";

/**
 * A body without the members that are null: typed clients send null for what they leave out. A member stays where the
 * route's schema gives null a meaning.
 * @param route as it was registered
 */
export function withoutNullMembers(body: unknown, app: AnyElysia, method: string, route: string): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  if (!Object.values(body).includes(null)) return body;
  const properties: Record<string, TSchema> = bodySchema(app, method, route)?.properties ?? {};
  const kept = Object.entries(body).filter(
    ([name, value]) => value !== null || (Object.hasOwn(properties, name) && takesNull(properties[name])),
  );
  return Object.fromEntries(kept);
}

function bodySchema(app: AnyElysia, method: string, route: string): TSchema | undefined {
  const found = app.routes.find(({ method: ofRoute, path }) => ofRoute === method && path === route);
  return found?.hooks.body as TSchema | undefined;
}

function takesNull(schema: TSchema | undefined): boolean {
  return schema?.type === "null" || (schema?.anyOf ?? []).some(takesNull);
}
