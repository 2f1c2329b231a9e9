import type { AnyElysia } from "elysia";

/** The methods that some route answers on a path; none means that the path does not exist. */
export function allowedMethods(app: AnyElysia, path: string): string[] {
  const methods = app.routes
    .filter((route) => route.method !== "OPTIONS" && pattern(route.path).test(path))
    .map((route) => route.method.toUpperCase());
  if (methods.includes("GET")) methods.push("HEAD");
  return [...new Set(methods)].sort();
}

function pattern(routePath: string): RegExp {
  const source = routePath
    .split("/")
    .map((part) => (part.startsWith(":") ? "[^/]+" : part === "*" ? ".*" : RegExp.escape(part)))
    .join("/");
  return new RegExp(`^${source}$`);
}
