/**
 * Origins: whose pages may open a WebSocket here.
 *
 * The server's own, by the names under which it listens (never by the Host header, which a page
 * that rebinds its name chooses), and those it was told to allow.
 * Source: PROTOCOL.md section 1, Origin; RFC 6454 for what an origin is.
 */

export interface OriginsOptions {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** Further origins, exact: "https://todo.example.org". */
  readonly allowed: readonly string[];
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** originCheck(…)("http://127.0.0.1:4000") → true */
export function originCheck(options: OriginsOptions): (origin: string) => boolean {
  const { scheme, host, port, allowed } = options;
  const name = host.includes(":") ? `[${host}]` : host;
  const names = LOOPBACK.includes(name) ? LOOPBACK : [name, ...LOOPBACK];
  const isDefaultPort = port === (scheme === "https" ? 443 : 80);
  const own = names.map((own) => `${scheme}://${own}${isDefaultPort ? "" : `:${port}`}`);
  const all = new Set([...own, ...allowed]);
  return (origin) => all.has(origin);
}
